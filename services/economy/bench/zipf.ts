/**
 * Ranks from 0 to `count - 1`, of which rank r comes up in proportion to 1 / (r + 1)^exponent: the few that are popular
 * and the many that are not. With 100 ranks and 1.2 the first has 28% and the last 0.1%.
 */
export function zipf(count: number, exponent: number, random: () => number): () => number {
  const upTo: number[] = [];
  let sum = 0;
  for (let rank = 1; rank <= count; rank += 1) {
    sum += rank ** -exponent;
    upTo.push(sum);
  }
  return () => {
    const drawn = random() * sum;
    let [low, high] = [0, count - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((upTo[middle] ?? sum) > drawn) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
