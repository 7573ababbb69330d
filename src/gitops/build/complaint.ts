import { holesOf } from '../../model/placeholders.ts'
import type { Checkout } from '../checkout.ts'
import type { Closure } from '../look-through/closure.ts'

const REPEATED =
  /accumulating resources: accumulation err='.*?must resolve to a file': (?:recursed (?:merging|accumulation) (?:from|of) path '[^']*': )?/g
const NO_YAML = /MalformedYAMLError: yaml: (.*?) in File: (\S+)/
/** How a kubectl logs what its kustomize said. */
const LOGGED = /^E\d{4} \S+ +\d+ \S+\] "command failed" err="(.*)"$/
const MAX_LENGTH = 400
/** Beyond this a file is not looked into for a placeholder. */
const MAX_FILE = 1024 * 1024

/** What kustomize printed, as a reason: one line, without what it repeats; `text` names folders as the repository does. */
export function complaint(text: string, checkout: Checkout, closure: Closure): string {
  const said = text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what a program prints must not steer a terminal or a runner.
    .replace(/[\u0000-\u001f\u007f]+/g, ' ')
    .trim()
    .replace(LOGGED, (_, inner: string) => inner.replaceAll('\\"', '"'))
    .replace(/^[Ee]rror: /, '')
    // Addresses in memory differ from run to run.
    .replace(/ ?&\{0x[0-9a-f ]+(?:0x[0-9a-f]+)*\}/g, '')
    // kustomize repeats, for each folder on the way, that the folder is no file.
    .replace(REPEATED, '')
    .trim()
  const [, why, name] = NO_YAML.exec(said) ?? []
  if (why !== undefined && name !== undefined) return noYaml(why, name, checkout, closure)
  return said.length > MAX_LENGTH ? `${said.slice(0, MAX_LENGTH)}…` : said
}

/** Templates of repositories are full of such files: something fills them in before anything is applied. */
function noYaml(why: string, name: string, checkout: Checkout, closure: Closure): string {
  const holders = [...closure.files].filter((file) => file.slice(file.lastIndexOf('/') + 1) === name)
  const placeholder = holders.flatMap((file) =>
    checkout.tree.size(file) > MAX_FILE ? [] : checkout.tree.read(file).split('\n').flatMap(bareHole),
  )[0]
  const filled =
    placeholder === undefined ? '' : `; it holds ${placeholder}, which something fills in before it is applied`
  return `${name} is no YAML (${why.replace(/\.$/, '')})${filled}`
}

/** A line that is nothing but a placeholder is what makes a file no YAML; one that is a value is harmless. */
function bareHole(line: string): string[] {
  const [hole, ...others] = holesOf(line)
  return hole !== undefined && others.length === 0 && line.trim() === hole.text ? [hole.text] : []
}
