/** A thread for the tests of the pool: does as the text says. */
import { serveModel } from '../../../../src/search/embed/worker-serve.ts'

let started = false

serveModel(async () => {
  if (started) throw new Error('loaded twice')
  started = true
  return async texts => {
    const [text = ''] = texts
    if (text === 'die') process.exit(3)
    if (text === 'throw') throw new Error('it broke\nwith more to say')
    if (text === 'greet') process.stdout.write('a greeting that is none of the protocol\n')
    if (text.startsWith('work')) {
      const until = performance.now() + Number(text.split(' ')[1])
      while (performance.now() < until) Math.sqrt(until)
    }
    return texts.map(one => Float32Array.of(one.length, 1))
  }
})
