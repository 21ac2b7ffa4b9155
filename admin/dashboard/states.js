// The states of a target, in the order in which they are counted. The colour of each is --<state>.

export const kStates = ["serving", "warming", "joining", "draining", "suspended", "gone"];

export function countStates(targets) {
  const counts = new Map();
  for (const target of targets) counts.set(target.state, (counts.get(target.state) ?? 0) + 1);
  return kStates.filter((state) => counts.has(state)).map((state) => [state, counts.get(state)]);
}
