import type { Span } from './span.ts'

/** Values that the config gives to a chart, because they live outside of Git (helm.md §7.4). */
export interface ChartValues {
  /** The chart's folder below the working directory; `.`: that itself. */
  readonly chart: string
  /** Files of values, later ones over earlier ones; below the working directory. */
  readonly files: readonly { readonly file: string; readonly span: Span }[]
  /** Single values, each by its name in helm's syntax (`image.tag`, `hosts[0]`); over the files. */
  readonly set: readonly { readonly name: string; readonly value: string | number | boolean; readonly span: Span }[]
  /** The chart's name in the config. */
  readonly span: Span
}
