// The token: pasted by a person, kept as long as the tab. Over the Unix socket none is needed.

const kKey = "gapura.token";

export const session = {
  token: sessionStorage.getItem(kKey),

  keep(token) {
    this.token = token;
    sessionStorage.setItem(kKey, token);
  },

  forget() {
    this.token = null;
    sessionStorage.removeItem(kKey);
  },

  fields() {
    return this.token === null ? {} : { Authorization: `Bearer ${this.token}` };
  },
};
