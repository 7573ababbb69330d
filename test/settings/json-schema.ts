/**
 * A JSON Schema evaluator of the keywords that our two published schemas use; any other keyword throws, so that a schema cannot
 * say something that no test looks at.
 */
type Schema = Readonly<Record<string, unknown>>

const NO_EFFECT = new Set(['$schema', '$id', 'title', 'description', '$defs'])

export function accepts(schema: Schema, value: unknown, root: Schema = schema): boolean {
  return Object.entries(schema).every(([keyword, argument]) => NO_EFFECT.has(keyword) || keep(keyword, argument))

  function keep(keyword: string, argument: unknown): boolean {
    const each = (schemas: unknown): Schema[] => schemas as Schema[]
    switch (keyword) {
      case '$ref': {
        const name = String(argument).replace('#/$defs/', '')
        return accepts((root.$defs as Record<string, Schema>)[name] as Schema, value, root)
      }
      case 'type':
        return ([argument].flat() as string[]).some((type) => hasType(value, type))
      case 'const':
        return value === argument
      case 'enum':
        return (argument as unknown[]).includes(value)
      case 'anyOf':
        return each(argument).some((option) => accepts(option, value, root))
      case 'minLength':
        return typeof value !== 'string' || value.length >= Number(argument)
      case 'minimum':
        return typeof value !== 'number' || value >= Number(argument)
      case 'pattern':
        return typeof value !== 'string' || new RegExp(String(argument), 'u').test(value)
      case 'items':
        return !Array.isArray(value) || value.every((item) => accepts(argument as Schema, item, root))
      case 'minItems':
        return !Array.isArray(value) || value.length >= Number(argument)
      case 'required':
        return !isObject(value) || (argument as string[]).every((key) => Object.hasOwn(value, key))
      case 'properties':
        return (
          !isObject(value) ||
          Object.entries(argument as Record<string, Schema>).every(
            ([key, inner]) => !Object.hasOwn(value, key) || accepts(inner, value[key], root),
          )
        )
      case 'propertyNames':
        return !isObject(value) || Object.keys(value).every((key) => accepts(argument as Schema, key, root))
      case 'additionalProperties':
        return (
          !isObject(value) ||
          Object.entries(value).every(
            ([key, inner]) =>
              Object.hasOwn((schema.properties ?? {}) as object, key) ||
              (argument !== false && accepts(argument as Schema, inner, root)),
          )
        )
      default:
        throw new Error(`the evaluator does not know the keyword ${keyword}`)
    }
  }
}

function hasType(value: unknown, type: string): boolean {
  switch (type) {
    case 'object':
      return isObject(value)
    case 'array':
      return Array.isArray(value)
    case 'null':
      return value === null
    case 'integer':
      return Number.isInteger(value)
    case 'string':
    case 'number':
    case 'boolean':
      return typeof value === type
    default:
      throw new Error(`the evaluator does not know the type ${type}`)
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
