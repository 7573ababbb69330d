import { describe, expect, it } from 'vitest'
import { InvalidInput } from '../../src/model/invalid-input.ts'
import { helpText } from '../../src/report/help-text.ts'
import { COMMANDS, parseArguments } from '../../src/settings/arguments.ts'
import { INPUTS } from '../../src/settings/input-table.ts'

function given(...argv: string[]) {
  const parsed = parseArguments(argv)
  if (parsed.kind !== 'run') throw new Error(parsed.kind)
  return parsed.given
}

function problems(...argv: string[]): string[] {
  try {
    parseArguments(argv)
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems.map(({ message }) => message)
    throw error
  }
  return []
}

describe('the command line (design §4)', () => {
  it('takes a command, paths and every input as a flag', () => {
    expect(given('drift', 'a', 'b/**', '--vault-addr', 'https://v', '--fail-on=warning', '--format', 'json')).toEqual({
      from: 'terminal',
      command: 'drift',
      subject: undefined,
      values: { paths: 'a\nb/**', 'vault-addr': 'https://v', 'fail-on': 'warning' },
      format: 'json',
      color: undefined,
      timings: false,
    })
    for (const { name, format } of INPUTS) {
      if (name === 'mode') continue
      const value = format.is === 'choice' ? format.of[0] : 'true'
      expect(given('check', `--${name}=${value}`).values).toEqual({ [name]: value })
      expect(given('check', `--${name}`, String(value)).values).toEqual({ [name]: value })
    }
  })

  it.each([
    [[], 'check', undefined],
    [['./apps'], 'check', './apps'],
    [['apps/db.yaml', 'b'], 'check', 'apps/db.yaml\nb'],
    [['check', '--', '--odd'], 'check', '--odd'],
    [['check', '--paths', 'a', '--paths', 'b', 'c'], 'check', 'a\nb\nc'],
    [['check', '--allow-root-token', 'apps'], 'check', 'apps'],
    [['check', 'plan'], 'check', 'plan'],
  ])('%j', (argv, command, paths) => {
    expect(given(...argv)).toMatchObject({ command })
    expect(given(...argv).values.paths).toBe(paths)
  })

  it('takes booleans alone or with a value, lists many times, texts that look like flags after "="', () => {
    expect(given('apply', '--allow-root-token').values).toEqual({ 'allow-root-token': 'true' })
    expect(given('drift', '--issue=false').values).toEqual({ issue: 'false' })
    expect(given('drift', '--issue', 'false').values).toEqual({ issue: 'false' })
    expect(given('check', '--variables', 'A=1', '--variables=B=2').values).toEqual({ variables: 'A=1\nB=2' })
    expect(given('check', '--target=--x').values).toEqual({ target: '--x' })
    expect(given('check', '--target=').values).toEqual({})
  })

  it('explain takes one place', () => {
    expect(given('explain', 'apps/db.yaml:14')).toMatchObject({ subject: 'apps/db.yaml:14', values: {} })
    expect(given('explain').subject).toBeUndefined()
    expect(problems('explain', 'a', 'b')).toEqual(['explain takes one place; "b" is too much.'])
  })

  it.each([
    [['--help'], { kind: 'help', command: undefined }],
    [['drift', '-h'], { kind: 'help', command: 'drift' }],
    [['--version'], { kind: 'version' }],
    [['-V'], { kind: 'version' }],
  ])('%j', (argv, expected) => {
    expect(parseArguments(argv)).toEqual(expected)
  })

  it.each([
    [['--no-color'], false],
    [['--color'], true],
    [[], undefined],
  ])('%j', (argv, color) => {
    expect(given('check', ...argv).color).toBe(color)
  })

  it.each([
    [['chek'], ['There is no command "chek". Did you mean "check"?']],
    [['frobnicate'], [`There is no command "frobnicate". Commands: ${Object.keys(COMMANDS).join(', ')}.`]],
    [['check', '--vault-adr=x'], ['There is no option --vault-adr. Did you mean --vault-addr?']],
    [['check', '--token', 'x'], ['There is no option --token. Write --vault-token.']],
    [['check', '--vaultToken=x'], ['There is no option --vaultToken. Did you mean --vault-token?']],
    [['check', '--formt=json'], ['There is no option --formt. Did you mean --format?']],
    [['check', '--zzz'], ['There is no option --zzz.']],
    [
      ['check', '--format', 'yaml'],
      [
        '--format must be "text", "json", "sarif", "markdown", "code-quality", "junit" or "html", not "yaml". Did you mean "html"?',
      ],
    ],
    [
      ['check', '--format'],
      ['--format must be "text", "json", "sarif", "markdown", "code-quality", "junit" or "html".'],
    ],
    [['check', '--fail-on'], ['--fail-on needs a value: --fail-on <error|warning|never>.']],
    [['check', '--vault-addr', '--fail-on=error'], ['--vault-addr needs a value: --vault-addr <value>.']],
    [['check', '--target=a', '--target=b'], ['--target is given twice.']],
    [['--mode', 'drift'], ['There is no --mode here: write the command instead, as in `eso-vault drift`.']],
    [
      ['check', '--nope', '--fail-on'],
      ['There is no option --nope.', '--fail-on needs a value: --fail-on <error|warning|never>.'],
    ],
  ])('says what is wrong with %j', (argv, expected) => {
    expect(problems(...argv)).toEqual(expected)
  })
})

describe('--help', () => {
  it('names every command and every input, and fits a terminal', () => {
    const text = helpText()
    for (const command of Object.keys(COMMANDS)) expect(text).toMatch(new RegExp(`^  ${command} `, 'm'))
    for (const { name } of INPUTS) if (name !== 'mode') expect(text).toContain(`--${name}`)
    expect(text).not.toContain('`')
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(102)
  })

  it('of a command says how it is called', () => {
    expect(helpText('explain')).toContain('Usage: eso-vault explain [file[:line] | kind/namespace/name]')
    expect(helpText('drift')).toContain('Usage: eso-vault drift [path…]')
  })
})
