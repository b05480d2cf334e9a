/** An OpenAPI document as a person reads it: operations by tag, each with what goes in and what comes out. Pure. */
import type { ApiOperation, ApiSchema, ApiSection } from '../../views/pages/api-docs.ts'
import type { OpenApiDocument } from './openapi-document.ts'

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const

/** The parts of a schema that the page shows; everything else of JSON Schema is left out. */
interface SchemaNode {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly enum?: readonly unknown[]
  readonly items?: SchemaNode
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly required?: readonly string[]
}

interface OperationNode {
  readonly summary?: string
  readonly description?: string
  readonly tags?: readonly string[]
  readonly security?: readonly Readonly<Record<string, unknown>>[]
  readonly parameters?: readonly {
    readonly name: string
    readonly in: string
    readonly required?: boolean
    readonly schema?: SchemaNode
  }[]
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: SchemaNode }>> }
  readonly responses?: Readonly<
    Record<
      string,
      { readonly description?: string; readonly content?: Readonly<Record<string, { readonly schema?: SchemaNode }>> }
    >
  >
}

export function describeOperations(document: OpenApiDocument): {
  readonly sections: readonly ApiSection[]
  readonly schemas: readonly ApiSchema[]
} {
  const sections = new Map<string, ApiOperation[]>()
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const method of methods) {
      const operation = (item as Readonly<Record<string, OperationNode | undefined>>)[method]
      if (operation === undefined) continue
      const tag = operation.tags?.[0] ?? 'Other'
      sections.set(tag, [...(sections.get(tag) ?? []), describeOperation(method, path, operation)])
    }
  }
  const schemas = Object.entries((document.components?.schemas ?? {}) as Readonly<Record<string, SchemaNode>>)
  return {
    sections: [...sections].map(([title, operations]) => ({ title, operations })),
    schemas: schemas.map(([name, schema]) => ({ name, fields: fieldsOf(schema) })),
  }
}

function describeOperation(method: string, path: string, operation: OperationNode): ApiOperation {
  const body = operation.requestBody?.content?.['application/json']?.schema
  const parameters = (operation.parameters ?? []).map(({ name, in: place, required, schema }) => ({
    name,
    type: `${typeName(schema ?? {})}, in ${place}`,
    isRequired: required === true,
    description: schema?.description ?? '',
  }))
  return {
    method: method.toUpperCase(),
    path,
    summary: operation.summary ?? '',
    description: operation.description ?? '',
    callers: (operation.security ?? []).flatMap((scheme) => Object.keys(scheme)),
    inputs: [...parameters, ...fieldsOf(body ?? {})],
    answers: Object.entries(operation.responses ?? {})
      .filter(([status]) => status !== 'default')
      .map(([status, { description = '', content }]) => {
        const schema = Object.values(content ?? {})[0]?.schema
        return { status, description, type: schema === undefined ? '' : typeName(schema) }
      }),
  }
}

function fieldsOf(schema: SchemaNode): ApiSchema['fields'] {
  return Object.entries(schema.properties ?? {}).map(([name, property]) => ({
    name,
    type: typeName(property),
    isRequired: schema.required?.includes(name) === true,
    description: property.description ?? '',
  }))
}

function typeName(schema: SchemaNode): string {
  if (schema.$ref !== undefined) return schema.$ref.split('/').at(-1) ?? ''
  if (schema.enum !== undefined && schema.enum.length <= 8) return schema.enum.map(String).join(' | ')
  if (schema.items !== undefined) return `list of ${typeName(schema.items)}`
  const names = Object.keys(schema.properties ?? {})
  if (names.length > 0) return `{ ${names.map((name) => `${name}: ${typeName(schema.properties?.[name] ?? {})}`).join(', ')} }`
  return typeof schema.type === 'string' ? schema.type : (schema.type?.join(' or ') ?? 'any')
}
