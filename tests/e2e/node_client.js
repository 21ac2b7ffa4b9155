// Node's http client and the WebSocket library `ws` against one URL; what happened goes to standard
// output as JSON.
//   node node_client.js keep_alive|trailers|websocket http://127.0.0.1:8000
'use strict';
const http = require('http');

const [, , task, url] = process.argv;

function ask(options, path, finish) {
  return new Promise((done, fail) => {
    const request = http.request(url + path, options, (response) => {
      let body = '';
      response.on('data', (piece) => { body += piece; });
      response.on('end', () => done({
        status: response.statusCode, body, trailers: response.trailers,
        wasReused: request.reusedSocket,
      }));
    });
    request.on('error', fail);
    finish(request);
  });
}

/** One connection for all, as most services on Node talk to each other. */
async function keepAlive() {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const result = { right: 0, reused: 0 };
  for (let i = 0; i < 100; ++i) {
    const answer = await ask({ agent }, `/number/${i}`, (request) => request.end());
    result.right += answer.status === 200 && answer.body === String(i);
    result.reused += answer.wasReused;
  }
  agent.destroy();
  return result;
}

async function trailers() {
  const down = await ask({ headers: { TE: 'trailers', Connection: 'TE' } }, '/trailers',
                         (request) => request.end());
  const up = await ask({ method: 'POST', headers: { Trailer: 'X-Mine' } }, '/echo', (request) => {
    request.write('some of it, ');
    request.addTrailers({ 'X-Mine': '7' });
    request.end('and the rest');
  });
  const seen = JSON.parse(up.body);
  return { down: down.trailers, up: seen.trailers, bytes: seen.bytes };
}

/** Text, a large binary message, a ping, and the code and reason of a close. */
function websocket() {
  const WebSocket = require('ws');
  const large = Buffer.alloc(3 << 20, 0xa5);
  const result = {};
  return new Promise((done, fail) => {
    const socket = new WebSocket(url.replace('http', 'ws') + '/socket');
    socket.on('error', fail);
    socket.on('open', () => socket.send('grüß dich'));
    socket.on('message', (message, isBinary) => {
      if (!isBinary) {
        result.text = message.toString();
        socket.send(large);
      } else {
        result.isSame = large.equals(message);
        socket.ping('are you there');
      }
    });
    socket.on('pong', (words) => {
      result.pong = words.toString();
      socket.close(4001, 'enough');
    });
    socket.on('close', (code, reason) => done({ ...result, code, reason: reason.toString() }));
  });
}

({ keep_alive: keepAlive, trailers, websocket })[task]().then(
    (result) => console.log(JSON.stringify(result)),
    (error) => { console.error(error); process.exit(1); });
