// Our names and Agora's numbers. The numbers are always those of their packages, so that a wrong one of ours shows.

/** The number of that name. */
export function numberOf(numbers, name) {
  const number = numbers[name];
  if (number === undefined) throw new Error(`no ${name} among ${Object.keys(numbers)}`);
  return number;
}

/** The name of that number. */
export function nameOf(numbers, number) {
  const found = Object.keys(numbers).find((name) => numbers[name] === Number(number));
  if (found === undefined) throw new Error(`no ${number} among ${JSON.stringify(numbers)}`);
  return found;
}

/** What stands under numbers, under their names. */
export function byName(numbers, values) {
  return Object.fromEntries(Object.entries(values).map(([number, value]) => [nameOf(numbers, number), value]));
}
