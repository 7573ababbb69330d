import type { Random } from './random.ts'

/** Policies and paths out of few, similar parts, so that many rules match one path. */

export const MOUNT = 'a'

const SEGMENTS = ['a', 'b', 'ab', 'abc', 'a+b', '+a', 'data', 'é', '😀', 'ￃ']
const CAPABILITIES = ['create', 'read', 'update', 'delete', 'list', 'patch', 'sudo', 'scan']
const VALUES = ['', 'x', 'xy', 'zxy', 'y', '*']
const PATTERNS = ['', 'x', 'x*', '*y', '*x*', '*', 'xy']
// Not both p and P: of these the server keeps either, at random.
const NAMES = ['q', 'P', '*']

export interface RandomRule {
  readonly path: string
  readonly body: string
}

/** One token's policies: texts of rules. */
export type RandomPolicies = readonly (readonly RandomRule[])[]

export interface PolicyShape {
  /** Parameters, wrapping and pages too. */
  readonly limits: boolean
  /** With what OpenBao alone knows; default true. */
  readonly openbao?: boolean
}

export function randomPolicies(random: Random, shape: PolicyShape): RandomPolicies {
  return random.some(1, 4, () => random.some(1, 6, () => randomRule(random, shape)))
}

function randomRule(random: Random, { limits, openbao = true }: PolicyShape): RandomRule {
  const names = randomCapabilities(random).filter((name) => openbao || name !== 'scan')
  const parts = [`capabilities = ${JSON.stringify(names)}`]
  if (limits && random.chance(0.5)) parts.push(randomLimits(random, openbao))
  return { path: randomRulePath(random), body: parts.join(' ') }
}

function randomCapabilities(random: Random): string[] {
  if (random.chance(0.15)) return ['deny']
  if (random.chance(0.05)) return []
  const chosen = CAPABILITIES.filter(() => random.chance(0.4))
  return random.chance(0.03) ? [...chosen, 'deny'] : chosen
}

function randomRulePath(random: Random): string {
  const segments = random.some(0, 4, () => (random.chance(0.3) ? '+' : random.pick(SEGMENTS)))
  let path = random.chance(0.85) ? [MOUNT, ...segments].join('/') : segments.join('/')
  if (random.chance(0.1)) path = path.replace('/', '//')
  if (random.chance(0.15)) path += '/'
  if (random.chance(0.35)) path += '*'
  if (random.chance(0.05)) path = `/${path}`
  if (random.chance(0.03)) path = path.replace('b', '*')
  return path.includes('+*') ? path.replaceAll('+*', '+/*') : path
}

function randomLimits(random: Random, openbao: boolean): string {
  const map = () => {
    const names = NAMES.filter(() => random.chance(0.4))
    const entry = (name: string) =>
      `${JSON.stringify(name)} = ${JSON.stringify(random.some(0, 2, () => random.pick(PATTERNS)))}`
    return `{ ${names.map(entry).join(' ')} }`
  }
  const kinds: readonly (() => string)[] = [
    () => `allowed_parameters = ${map()}`,
    () => `denied_parameters = ${map()}`,
    () => `required_parameters = ${JSON.stringify(random.some(0, 2, () => random.pick(['p', 'q', 'P'])))}`,
    () => `min_wrapping_ttl = ${random.pick(['60', '"1m"', '"2m"'])}`,
    () => `max_wrapping_ttl = ${random.pick(['120', '"3m"', '"1h"'])}`,
    () => `pagination_limit = ${random.pick([1, 3, 10])}`,
  ]
  return random.pick(openbao ? kinds : kinds.slice(0, -1))()
}

/** A path that a request could name; shaped like the rules, so that it is often matched. */
export function randomPath(random: Random, policies: RandomPolicies): string {
  if (random.chance(0.3)) {
    const segments = random.some(0, 4, () => random.pick([...SEGMENTS, '']))
    return [MOUNT, ...segments].join('/') + (random.chance(0.3) ? '/' : '')
  }
  const rule = random.pick(policies.flat()).path
  let path = rule
    .split('/')
    .map((segment) => (segment === '+' ? random.pick(SEGMENTS) : segment))
    .join('/')
  if (path.endsWith('*')) path = path.slice(0, -1) + random.pick(['', 'b', 'b/a', '/b', '/', 'b/'])
  if (random.chance(0.3)) path = path.endsWith('/') ? path.slice(0, -1) : `${path}/`
  return path
}

export function randomBody(random: Random): Record<string, string> {
  const names = ['p', 'q', 'P', 'r'].filter(() => random.chance(0.35))
  return Object.fromEntries(names.map((name) => [name, random.pick(VALUES)]))
}

export function policyText(rules: readonly RandomRule[]): string {
  return rules.map(({ path, body }) => `path ${JSON.stringify(path)} { ${body} }`).join('\n')
}
