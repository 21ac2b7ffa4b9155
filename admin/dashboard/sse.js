// Server-sent events out of bytes (WHATWG HTML 9.2.6). EventSource cannot send a token.

export class EventParser {
  #decoder = new TextDecoder();
  #rest = "";
  #event = fresh();
  // To go on from after a loss; null before the first. An id may come without an event.
  lastId = null;

  // The events that are complete with these bytes: [{name, data}].
  push(bytes) {
    this.#rest += this.#decoder.decode(bytes, { stream: true });
    const lines = this.#rest.split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop();
    const complete = [];
    for (const line of lines) {
      if (line !== "") this.#field(line);
      else {
        if (this.#event.data !== "") {
          complete.push({ ...this.#event, data: this.#event.data.slice(0, -1) });
        }
        this.#event = fresh();
      }
    }
    return complete;
  }

  #field(line) {
    const colon = line.indexOf(":");
    if (colon === 0) return;  // a comment keeps the connection alive
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "data") this.#event.data += `${value}\n`;
    else if (name === "event") this.#event.name = value;
    else if (name === "id") this.lastId = value;
  }
}

function fresh() {
  return { name: "message", data: "" };
}
