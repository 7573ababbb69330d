import { expect, test } from 'vitest'
import { stopwatch } from '../../src/model/stages.ts'
import { createProgress } from '../../src/report/progress.ts'

function told(terminal: boolean) {
  let now = 100
  const texts: string[] = []
  const progress = createProgress({ write: (text) => void texts.push(text), terminal, now: () => now })
  const at = (ms: number, tell: Parameters<typeof progress.tell>[0]) => {
    now = 100 + ms
    progress.tell(tell)
  }
  return { at, texts, end: progress.end }
}

test('nothing is told in the first two seconds', () => {
  const { at, texts, end } = told(true)
  at(0, 'files')
  at(1_999, 'rules')
  end()
  expect(texts).toEqual([])
})

test('on a terminal it is a bar that is written over, and gone at the end', () => {
  const { at, texts, end } = told(true)
  at(2_000, 'gitops')
  at(2_050, 'gitops')
  at(2_060, 'rules')
  end()
  expect(texts).toEqual([
    '\r\u001b[K███████░░░░░░░░░░░░░ following what GitOps applies (2 s)',
    '\r\u001b[K██████████████████░░ looking for what is wrong (2 s)',
    '\r\u001b[K',
  ])
})

test('where it is known how far a stage is, the bar shows it', () => {
  let now = 0
  const texts: string[] = []
  const { tell } = createProgress({ write: (text) => void texts.push(text), terminal: true, now: () => now })
  for (const done of [0, 2_500, 5_000]) {
    now += 3_000
    tell('server', { done, of: 5_000 })
  }
  const bars = texts.map((text) => [text.split('█').length - 1, text.slice(text.lastIndexOf('░') + 2)])
  expect(bars).toEqual([
    [12, 'asking the server, 0 of 5000 (3 s)'],
    [13, 'asking the server, 2500 of 5000 (6 s)'],
    [14, 'asking the server, 5000 of 5000 (9 s)'],
  ])
})

test('in a log it is a line for each stage, and now and then in one that takes long', () => {
  const { at, texts, end } = told(false)
  for (let ms = 0; ms < 25_000; ms += 500) at(ms, ms < 4_000 ? 'files' : 'gitops')
  end()
  expect(texts).toEqual([
    'eso-vault: reading files (2 s)\n',
    'eso-vault: following what GitOps applies (4 s)\n',
    'eso-vault: following what GitOps applies (14 s)\n',
    'eso-vault: following what GitOps applies (24 s)\n',
  ])
})

test('the stages of a run add up to all of it', () => {
  let now = 30
  const { enter, times } = stopwatch(() => now)
  enter('files')
  now = 50
  enter('rules')
  now = 55
  enter('files')
  now = 65
  expect(times()).toEqual([
    { stage: 'start', milliseconds: 30 },
    { stage: 'files', milliseconds: 30 },
    { stage: 'rules', milliseconds: 5 },
  ])
})
