import process from 'node:process'
import { VERSION } from './model/version.ts'

/** Where `eso-vault` begins: its version needs none of the program. */
export async function terminal(argv: readonly string[] = process.argv.slice(2)): Promise<void> {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V'))
    return void process.stdout.write(`eso-vault ${VERSION}\n`)
  return (await import('./cli.ts')).terminal(argv)
}
