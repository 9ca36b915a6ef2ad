/** Chance that comes out the same for the same seed, so that a run can be repeated. */

/** A source of chance. */
export interface Random {
  /** Even, from 0 up to but not including 1. */
  next(): number
  /** Exponential with this mean: the time between things that happen independently. */
  exponential(mean: number): number
  /** One of them, each as likely as its weight says. */
  weighted<T extends { readonly weight: number }>(choices: readonly T[]): T
}

/**
 * A source for a seed and a stream of it; streams of one seed have nothing to do with each other.
 * The generator is SplitMix32: a Weyl sequence through the finaliser of MurmurHash3.
 */
export function createRandom(seed: number, stream = 0): Random {
  let state = mixed(seed) ^ mixed(stream + 0x85ebca6b)
  const next = () => {
    state = (state + 0x9e3779b9) | 0
    return (mixed(state) >>> 0) / 2 ** 32
  }
  return {
    next,
    exponential: mean => -Math.log(1 - next()) * mean,
    weighted(choices) {
      let left = next() * choices.reduce((sum, { weight }) => sum + weight, 0)
      for (const choice of choices) {
        left -= choice.weight
        if (left < 0) return choice
      }
      throw new RangeError('nothing to choose from')
    },
  }
}

function mixed(value: number): number {
  let bits = value | 0
  bits = Math.imul(bits ^ (bits >>> 16), 0x21f0aaad)
  bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97)
  return bits ^ (bits >>> 15)
}
