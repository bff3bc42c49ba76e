export default {
  logLevel: 'error',
  build: { outDir: 'dist', assetsDir: '', assetsInlineLimit: 0 },
};
