import { type ChildProcess, spawn } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundle, NODE, REPOSITORY } from './bundle.ts'

export interface Ran {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** Starts Node 24 on a file of the bundle with this environment and nothing of the developer's own. */
async function start(
  file: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly child: ChildProcess; readonly ended: Promise<Ran> }> {
  const child = spawn(NODE, [join(await bundle(), file), ...args], {
    cwd,
    env: { PATH: process.env.PATH ?? '', HOME: tmpdir(), ...env },
  })
  const ended = new Promise<Ran>((resolve, reject) => {
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk))
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk))
    child.once('error', reject)
    child.once('close', (code) => resolve({ exitCode: code ?? -1, stdout, stderr }))
  })
  return { child, ended }
}

/** `eso-vault …` in a folder. */
export async function runTerminal(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  return (await start('cli.js', args, cwd, env)).ended
}

/** `eso-vault …`, ended by SIGKILL as soon as `when` resolves. */
export async function killTerminal(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
  when: Promise<void>,
): Promise<Ran & { readonly killed: boolean }> {
  const { child, ended } = await start('cli.js', args, cwd, env)
  await Promise.race([when, ended])
  const killed = child.kill('SIGKILL')
  return { ...(await ended), killed }
}

export interface Step {
  /** The step's `with:`. */
  readonly inputs?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  /** Payload of the event; a pull request of the same repository where nothing else is said. */
  readonly event?: unknown
  readonly eventName?: string
}

export interface StepResult extends Ran {
  readonly outputs: Readonly<Record<string, string>>
  readonly summary: string
  /** What the main step keeps for the post step. */
  readonly state: Readonly<Record<string, string>>
}

export const PULL_REQUEST = {
  action: 'synchronize',
  pull_request: { number: 7, head: { repo: { full_name: 'acme/gitops' } } },
}

/** A checkout of one of the examples, and the runner around it. */
export async function createRunner(example: 'as-found' | 'as-fixed' | 'empty') {
  const home = await mkdtemp(join(tmpdir(), 'eso-vault-runner-'))
  const workspace = join(home, 'workspace')
  if (example === 'empty') await cp(join(REPOSITORY, 'LICENSE'), join(workspace, 'LICENSE'))
  else await cp(join(REPOSITORY, 'examples', 'soyo', example), workspace, { recursive: true })

  const prepare = async ({ inputs = {}, env = {}, event = PULL_REQUEST, eventName = 'pull_request' }: Step) => {
    const file = (name: string) => join(home, name)
    for (const name of ['output', 'summary', 'state']) await writeFile(file(name), '')
    await writeFile(file('event.json'), JSON.stringify(event))
    const given = Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])
    return {
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_REPOSITORY: 'acme/gitops',
      GITHUB_SERVER_URL: 'https://github.example.com',
      GITHUB_SHA: '0123456789abcdef0123456789abcdef01234567',
      GITHUB_RUN_ID: '42',
      GITHUB_EVENT_NAME: eventName,
      GITHUB_EVENT_PATH: file('event.json'),
      GITHUB_WORKSPACE: workspace,
      GITHUB_OUTPUT: file('output'),
      GITHUB_STEP_SUMMARY: file('summary'),
      GITHUB_STATE: file('state'),
      // What nobody listens on: a scenario that asks GitHub gives an address of its own.
      GITHUB_API_URL: 'http://127.0.0.1:9',
      ...Object.fromEntries(given),
      ...env,
    }
  }
  const collect = async (ran: Ran): Promise<StepResult> => ({
    ...ran,
    outputs: pairs(await readFile(join(home, 'output'), 'utf8')),
    summary: await readFile(join(home, 'summary'), 'utf8'),
    state: pairs(await readFile(join(home, 'state'), 'utf8')),
  })

  return {
    workspace,
    /** The main step. */
    main: async (step: Step): Promise<StepResult> => {
      const { ended } = await start('main.js', [], workspace, await prepare(step))
      return collect(await ended)
    },
    /** The main step, killed as the runner kills a cancelled job as soon as `when` holds of what it kept. */
    killedMain: async (step: Step, when: (state: Readonly<Record<string, string>>) => boolean): Promise<StepResult> => {
      const { child, ended } = await start('main.js', [], workspace, await prepare(step))
      const poll = setInterval(async () => {
        if (when(pairs(await readFile(join(home, 'state'), 'utf8')))) child.kill('SIGKILL')
      }, 20)
      const ran = await ended
      clearInterval(poll)
      return collect(ran)
    },
    /** The post step, with what the main step kept; it gets the same inputs and environment. */
    post: async (state: Readonly<Record<string, string>>, step: Step = {}): Promise<StepResult> => {
      const kept = Object.fromEntries(Object.entries(state).map(([name, value]) => [`STATE_${name}`, value]))
      const env = await prepare({ ...step, env: { ...step.env, ...kept } })
      const { ended } = await start('post.js', [], workspace, env)
      return collect(await ended)
    },
    remove: () => rm(home, { recursive: true, force: true }),
  }
}

/** Reads the runner's file commands: `name<<delimiter`, lines, delimiter; the last of a name wins. */
function pairs(text: string): Record<string, string> {
  const all: Record<string, string> = {}
  for (const match of text.matchAll(/^([^\n<]+)<<(ghadelimiter_[^\n]+)\n([\s\S]*?)\n?\2$/gm)) {
    all[match[1] as string] = match[3] as string
  }
  return all
}

export interface Annotated {
  readonly kind: string
  readonly title: string
  /** `file:line`. */
  readonly place: string
  readonly message: string
}

/** The workflow commands that become annotations, as the runner reads them. */
export function annotationsIn(stdout: string): Annotated[] {
  return [...stdout.matchAll(/^::(error|warning|notice) ?([^\n]*?)::([^\n]*)$/gm)].map(
    ([, kind = '', list = '', message = '']) => {
      const properties = Object.fromEntries(list.split(',').map((pair) => pair.split('=')))
      const place = properties.file === undefined ? '' : `${properties.file}:${properties.line ?? ''}`
      return { kind, title: properties.title ?? '', place: unescaped(place), message: unescaped(message) }
    },
  )
}

function unescaped(text: string): string {
  return text
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',')
    .replaceAll('%25', '%')
}

/** Standard output as people see it: the runner swallows the lines that name what to mask. */
export function shown(stdout: string): string {
  return stdout.replace(/^::add-mask::[^\n]*$/gm, '')
}
