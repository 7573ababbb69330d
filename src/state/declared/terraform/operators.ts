import { sameValue, type TerraformValue } from './terraform-value.ts'

/** What an operator gives; `undefined` where that is not known. */
export function applyOperator(
  operator: string,
  left: TerraformValue,
  right: TerraformValue,
): TerraformValue | undefined {
  const [a, b] = [left, right].map((value) => (value.kind === 'literal' ? value.value : undefined))
  switch (operator) {
    case '==':
    case '!=': {
      const same = sameValue(left, right)
      return same === undefined ? undefined : { kind: 'literal', value: operator === '==' ? same : !same }
    }
    case '&&':
      if (a === false || b === false) return { kind: 'literal', value: false }
      return a === true && b === true ? { kind: 'literal', value: true } : undefined
    case '||':
      if (a === true || b === true) return { kind: 'literal', value: true }
      return a === false && b === false ? { kind: 'literal', value: false } : undefined
    case '+':
    case '-':
      if (typeof a !== 'number' || typeof b !== 'number') return undefined
      return { kind: 'literal', value: operator === '+' ? a + b : a - b }
    case '>':
    case '<':
    case '>=':
    case '<=': {
      if (typeof a !== 'number' || typeof b !== 'number') return undefined
      const [more, less] = [a > b, a < b]
      const value = operator === '>' ? more : operator === '<' ? less : operator === '>=' ? !less : !more
      return { kind: 'literal', value }
    }
    default:
      return undefined
  }
}
