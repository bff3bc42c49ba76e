import { init, version } from 'dni-wasm';

const dni = init({ site: 'harbor-heating', edge: 'https://calls.example.com' });

export default {
  async fetch() {
    return Response.json({ version, numbers: await dni.getSwapNumbers(['312-555-0142']), session: (await dni.getSession()) ?? null });
  },
};
