// Prints requests with Basic authentication (RFC 7617), as Bandwidth sends them, as test vectors. Run by hand, from the
// repository's root:
//
//   node_modules/.bin/node call-router/tests/vectors/bandwidth.mjs > call-router/tests/vectors/bandwidth.json
//
// There is no library to ask: Bandwidth signs nothing, and Node's own base64 is the whole scheme.
const LOGIN = 'calls:f2ca5d1e:0b7a';
const basic = (login) => `Basic ${Buffer.from(login).toString('base64')}`;

function vector(id, valid, authorization = basic(LOGIN), key = LOGIN) {
  const url = 'https://calls.example.com/carrier/bandwidth/voice';
  return { id, valid, method: 'POST', url, content_type: 'application/json', body: '{"callId":"c-1"}', key, authorization };
}

console.log(JSON.stringify([
  vector('incoming', true),
  vector('the scheme in small letters', true, basic(LOGIN).replace('Basic', 'basic')),
  vector('beyond ASCII', true, basic('zoë:☎'), 'zoë:☎'),
  vector('other password', false, basic('calls:f2ca5d1e')),
  vector('other user', false, basic(`x${LOGIN}`)),
  vector('user alone', false, basic('calls:')),
  vector('password begun', false, basic(LOGIN.slice(0, -1))),
  vector('something behind it', false, basic(`${LOGIN} `)),
  vector('no login', false, ''),
  vector('no base64', false, `Basic ${LOGIN}`),
  vector('another scheme', false, basic(LOGIN).replace('Basic', 'Bearer')),
  vector('no login set up', false, basic(LOGIN), ''),
  vector('half a login set up', false, basic('calls:'), 'calls:'),
  vector('nothing set up, nothing sent', false, basic(':'), ':'),
], null, 2));
