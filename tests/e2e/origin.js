// What real clients ask for through the program: echoes with checksums, large and partial files,
// trailers, server-sent events that wait for each other, and a WebSocket that echoes.
//   node origin.js 0     listens on any port of 127.0.0.1 and says which
'use strict';
const crypto = require('crypto');
const http = require('http');
const { WebSocketServer } = require('ws');  // Debian's node-ws, by NODE_PATH

const FILE = Buffer.from('0123456789'.repeat(1000));
let releaseEvents = () => {};
let releasePage = () => {};

/** Size and checksum of the body, its trailers, and how it was framed. */
function echo(request, response) {
  const sum = crypto.createHash('sha1');
  let bytes = 0;
  request.on('data', (piece) => {
    bytes += piece.length;
    sum.update(piece);
  });
  request.on('end', () => {
    const text = JSON.stringify({
      bytes, sha1: sum.digest('hex'), trailers: request.trailers, fields: request.headers,
    });
    response.setHeader('Content-Type', 'application/json');
    response.end(text);
  });
}

function file(request, response) {
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range || '');
  if (!range) {
    response.setHeader('Content-Length', FILE.length);
    response.end(request.method === 'HEAD' ? undefined : FILE);
    return;
  }
  const [first, last] = [Number(range[1]), Number(range[2])];
  response.statusCode = 206;
  response.setHeader('Content-Range', `bytes ${first}-${last}/${FILE.length}`);
  response.end(FILE.subarray(first, last + 1));
}

function trailers(request, response) {
  response.writeHead(200, { Trailer: 'X-Sum', 'Transfer-Encoding': 'chunked' });
  response.write('a body with a trailer');
  response.addTrailers({ 'X-Sum': '42' });
  response.end();
}

/** The second event goes out only when somebody asks for /events/next. */
function events(request, response) {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  response.write('data: first\n\n');
  releaseEvents = () => response.end('data: second\n\n');
}

/** A page that loads 50 resources at a time, listens to events and talks to the WebSocket, and
 *  writes what came of it into itself. It counts as loaded when its picture has come, which is held
 *  until the verdict stands there. */
const PAGE = `<!doctype html><title>page</title><p id="verdict">waiting</p>
<img src="/page/held"><script>
const resource = async (i) => {
  const answer = await fetch('/number/' + i, { cache: 'no-store' });
  return (await answer.text()) === String(i);
};
const stream = () => new Promise((done) => {
  const source = new EventSource('/events');
  const seen = [];
  source.onmessage = (event) => {
    seen.push(event.data);
    if (seen.length === 1) fetch('/events/next');
    if (seen.length === 2) { source.close(); done(seen.join() === 'first,second'); }
  };
});
const socket = () => new Promise((done) => {
  const ws = new WebSocket('ws://' + location.host + '/socket');
  ws.onopen = () => ws.send('hello');
  ws.onmessage = (event) => { ws.close(); done(event.data === 'hello'); };
  ws.onerror = () => done(false);
});
(async () => {
  const resources = await Promise.all(Array.from({ length: 50 }, (_, i) => resource(i)));
  const verdict = { resources: resources.filter(Boolean).length,
                    events: await stream(), socket: await socket() };
  document.getElementById('verdict').textContent = JSON.stringify(verdict);
  fetch('/page/done');
})();
</script>`;

function answer(request, response) {
  const path = request.url.split('?')[0];
  if (path.startsWith('/number/')) return response.end(path.slice('/number/'.length));
  switch (path) {
    case '/echo': return echo(request, response);
    case '/file': return file(request, response);
    case '/trailers': return trailers(request, response);
    case '/events': return events(request, response);
    case '/events/next': releaseEvents(); return response.end('released');
    case '/page/held': releasePage = () => response.end(); return undefined;
    case '/page/done': releasePage(); return response.end('released');
    case '/page': response.setHeader('Content-Type', 'text/html'); return response.end(PAGE);
    default: response.statusCode = 404; return response.end('nothing here');
  }
}

const server = http.createServer(answer);
const sockets = new WebSocketServer({ server, path: '/socket' });
sockets.on('connection', (socket) => {
  socket.on('message', (message, isBinary) => socket.send(message, { binary: isBinary }));
});
server.listen(Number(process.argv[2] || 0), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
