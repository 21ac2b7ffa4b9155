// A target that comes and goes in churn_test.py. It keeps a ledger of numbered requests on standard
// error, one line for each step, which outlives the process:
//   seen <number>       its head has come
//   answering <number>  its body has come whole, and the answer begins
//
//   node churn_target.js [port]     prints "listening on http://127.0.0.1:<port>"
//
// /churn/<number>?wait=<ms>&pause=<ms>&bytes=<n> answers after `wait` with `bytes` bytes that only
// this number has, and X-Sum, the SHA-1 of the request's body; halfway it pauses. /ws/<number> is a
// WebSocket that echoes.
'use strict';
const crypto = require('crypto');
const fs = require('fs');
const http = require('http');
const { WebSocketServer } = require('ws');  // Debian's node-ws, by NODE_PATH

const note = (step, number) => fs.writeSync(2, `${step} ${number}\n`);
const numberIn = (url) => url.pathname.split('/')[2];

function answer(response, number, sum, asked) {
  const body = Buffer.alloc(asked('bytes'), `${number} `);
  const half = body.length >> 1;
  note('answering', number);
  response.writeHead(200, { 'Content-Length': body.length, 'X-Sum': sum });
  response.write(body.subarray(0, half));
  setTimeout(() => response.end(body.subarray(half)), asked('pause'));
}

function serve(request, response) {
  const url = new URL(request.url, 'http://target');
  if (url.pathname === '/health') return response.end('well');
  const number = numberIn(url);
  note('seen', number);
  const asked = (name) => Number(url.searchParams.get(name));
  const sum = crypto.createHash('sha1');
  request.on('data', (piece) => sum.update(piece));
  request.on('end', () => {
    setTimeout(() => answer(response, number, sum.digest('hex'), asked), asked('wait'));
  });
  return undefined;
}

// One that is frozen for a moment must not find, when it wakes, that it wants to close links on
// which requests have come meanwhile: that would be lost, and nobody's mistake but its own.
const server = http.createServer({ keepAliveTimeout: 600e3, requestTimeout: 0 }, serve);
new WebSocketServer({ server }).on('connection', (socket, request) => {
  note('seen', numberIn(new URL(request.url, 'http://target')));
  socket.on('message', (message, isBinary) => socket.send(message, { binary: isBinary }));
});
server.listen(Number(process.argv[2] || 0), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
