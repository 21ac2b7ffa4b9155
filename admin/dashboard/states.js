// The states of a target, in the order in which they are counted. The colour of each is --<state>.

export const kStates = ["serving", "warming", "joining", "draining", "suspended", "gone"];

// What is drained to its end and still listed is "gone" to the API: no request can reach it.
// Whoever looks at a list wants to know why it is in it.
export function wordOf(state) {
  return state === "gone" ? "drained" : state;
}

export function countStates(targets) {
  const counts = new Map();
  for (const target of targets) counts.set(target.state, (counts.get(target.state) ?? 0) + 1);
  return kStates.filter((state) => counts.has(state)).map((state) => [state, counts.get(state)]);
}
