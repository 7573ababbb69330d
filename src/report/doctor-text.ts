import { styleText } from 'node:util'
import { listed } from '../model/wording.ts'
import type { DoctorDocument, DoctorItem } from './answer.ts'
import { wrap } from './display-width.ts'
import { logSafe, oneLine } from './plain-text.ts'
import type { TerminalOptions } from './terminal.ts'

type Paint = (style: Parameters<typeof styleText>[0], text: string) => string

const PLACES = 3
const STORES = 3

/** The checklist of `eso-vault doctor`. */
export function doctorText(
  { headline, references, items, config }: DoctorDocument,
  { color, width = 100 }: Pick<TerminalOptions, 'color' | 'width'>,
): string {
  const paint: Paint = color ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text
  const blocks = items.map((item) => itemLines(item, paint, width).join('\n'))
  const paste =
    config.length === 0
      ? []
      : [
          [
            paint('bold', 'For .github/eso-vault.yml; fill in what stands in <…>:'),
            '',
            '  version: 1',
            ...config.map((line) => `  ${oneLine(line)}`),
          ].join('\n'),
        ]
  const end = items.length === 0 && references > 0 ? '. Nothing is left to do.' : '.'
  return logSafe(`${[...blocks, ...paste, `${oneLine(headline)}${end}`].join('\n\n')}\n`)
}

function itemLines(item: DoctorItem, paint: Paint, width: number): string[] {
  const lines: string[] = []
  const add = (text: string, first = '    ') =>
    wrap(oneLine(text), width - 4).forEach((line, index) => void lines.push(`${index === 0 ? first : '    '}${line}`))
  add(`${item.counted}: ${item.reason}`, `${paint('yellow', '[ ]')} `)
  if (item.wayOut !== null) add(item.wayOut)
  for (const line of item.config) lines.push(paint('green', `      ${oneLine(line)}`))
  if (item.policies.length > 0)
    add(
      `Git holds ${item.policies.length === 1 ? 'policy' : 'policies'} ${listed(some(item.policies.map((name) => `\`${name}\``)))}, and no known role names ${item.policies.length === 1 ? 'it' : 'them'}.`,
    )
  if (item.spokenOf !== null) add(spokenText(item.spokenOf))
  if (item.stores.length > 0) add(`Of ${listed(some(item.stores))}.`)
  for (const { file, line } of item.places.slice(0, PLACES)) lines.push(paint('cyan', `    ${oneLine(file)}:${line}`))
  if (item.places.length > PLACES) lines.push(`    and ${item.places.length - PLACES} more`)
  return lines
}

/** The first few, and how many more. */
function some(names: readonly string[]): string[] {
  return names.length > STORES ? [...names.slice(0, STORES), `${names.length - STORES} more`] : [...names]
}

function spokenText(places: NonNullable<DoctorItem['spokenOf']>): string {
  if (places.length === 0) return 'No other file of the repository speaks of this role.'
  const named = places.map(({ file, line, language }) => `${file}:${line} (${language})`)
  return `It is spoken of in ${listed(named)}, which ${places.length === 1 ? 'is' : 'are'} not read.`
}
