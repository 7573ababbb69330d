import { cpuTime } from '../cpu-time.ts'
import { checkFiles } from '../fuzz/check-files.ts'
import { SHAPES } from './shapes.ts'

/**
 * Prints, a line of JSON for each shape, the milliseconds of processor time that a check with all its reports takes at four sizes,
 * each twice the one before. A process of its own: what does not end can be ended, and nothing else counts.
 */
for (const { name, files, size, grows = [size / 8, size / 4, size / 2, size] } of SHAPES) {
  // What a first run of anything costs is not the shape's.
  await checkFiles(files(Math.max(1, Math.round(grows[0] / 2))))
  const milliseconds: number[] = []
  for (const one of grows) {
    const spent = cpuTime()
    await checkFiles(files(Math.max(1, Math.round(one))))
    milliseconds.push(Math.round(spent()))
  }
  process.stdout.write(`${JSON.stringify({ name, milliseconds })}\n`)
}
