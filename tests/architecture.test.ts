import { describe, expect, test } from 'vitest'
import { findImports, type Import, readSourceFiles, type SourceFile, withoutComments } from './support/source-files.ts'

/** The rules of the layers, kept by a machine. Each finds files to look at, or fails. */

const files = readSourceFiles(['engine', 'selection', 'server', 'agent', 'views', 'migrations'])

type Rule = {
  readonly title: string
  readonly of: RegExp
  /** What these files may import. Lists are exclusive: with `only`, nothing else; with `never`, all but these. */
  readonly only?: readonly RegExp[]
  readonly never?: readonly RegExp[]
}

const engineOperations = ['backup', 'deposit', 'restore', 'browse', 'check', 'prune', 'retention']
const engineBasics = ['chunker', 'crypto', 'compression', 'format', 'system']
const node = /^node:/

const rules: readonly Rule[] = [
  { title: 'the model imports nothing', of: /^engine\/model\//, only: [/^engine\/model\//] },
  {
    title: 'the basics of the engine know the model and one another, never what is built on them',
    of: new RegExp(`^engine/(${engineBasics.join('|')})/`),
    never: [/^engine\/(storage|repository|backup|deposit|restore|browse|check|prune|retention)\//],
  },
  {
    title: 'storages know the model',
    of: /^engine\/storage\//,
    never: [/^engine\/(repository|backup|deposit|restore|browse|check|prune|retention)\//],
  },
  {
    title: 'the repository knows no operation',
    of: /^engine\/repository\//,
    never: [/^engine\/(backup|deposit|restore|browse|check|prune|retention)\//],
  },
  ...engineOperations.map((operation): Rule => {
    const others = engineOperations.filter((other) => other !== operation).join('|')
    return {
      title: `${operation} imports no other operation`,
      of: new RegExp(`^engine/${operation}/`),
      never: [new RegExp(`^engine/(${others})/`)],
    }
  }),
  {
    title: 'the engine is usable from any program: no server, agent, views, SQL, framework',
    of: /^engine\//,
    never: [/^(server|agent|views|public|migrations)\//, /^(hono|@hono|kysely|mysql2|pino|zod)(\/|$)/],
  },
  {
    title: 'what both programs know of a selection is pure: parsers and times, nothing of either program',
    of: /^selection\//,
    only: [/^selection\//, /^node:(module|path)$/, /^picomatch$/],
  },
  {
    title: 'the agent knows the engine by its front door, and views',
    of: /^agent\//,
    only: [
      /^agent\//,
      /^engine\/index\.ts$/,
      /^selection\//,
      /^views\//,
      /^package\.json$/,
      node,
      /^[^./]+$/,
      /^@?[\w-]+\/[\w-]+$/,
    ],
  },
  {
    title: 'the server knows the engine by its front door, and no agent',
    of: /^server\//,
    never: [/^engine\/(?!index\.ts$)/, /^agent\//],
  },
  {
    title: 'views import nothing but each other and hono/html',
    of: /^views\//,
    only: [/^views\//, /^hono\/(html|utils\/html)$/],
  },
  {
    title: 'only tables and the database know kysely',
    of: /^server\/(?!database\/)(?!.*-table\.ts$)/,
    never: [/^kysely$/, /^mysql2/],
  },
  { title: 'services know no HTTP framework', of: /^server\/.*-service\.ts$/, never: [/^hono(\/|$)/, /^@hono\//] },
  { title: 'routes never touch tables', of: /^server\/.*-routes\.ts$/, never: [/-table\.ts$/, /^kysely$/] },
  {
    title: 'tables know no services and no HTTP',
    of: /^server\/.*-table\.ts$/,
    never: [/-(service|routes)\.ts$/, /^hono(\/|$)/, /^@hono\//],
  },
]

describe('layers', () => {
  test.each(rules)('$title', ({ of, only, never }) => {
    const bound = files.filter(({ path }) => of.test(path))
    expect(bound.length).toBeGreaterThan(0)
    const isAllowed = ({ target }: Import) => (only === undefined || matches(only, target)) && !matches(never ?? [], target)
    expect(
      bound.flatMap(({ path, imports }) =>
        imports.filter((one) => !isAllowed(one)).map(({ target }) => `${path} imports ${target}`),
      ),
    ).toEqual([])
  })

  test('every folder of the engine has its rule', () => {
    const folders = new Set(
      files.map(({ path }) => /^engine\/([^/]+)\//.exec(path)?.[1]).filter((folder) => folder !== undefined),
    )
    expect([...folders].sort()).toEqual(['model', 'storage', 'repository', ...engineBasics, ...engineOperations].sort())
  })

  test('every relative import names a file that is there, with its ending', () => {
    const known = new Set(files.map(({ path }) => path))
    const missing = files.flatMap(({ path, imports }) =>
      imports
        .filter(
          ({ target }) =>
            /^(engine|selection|server|agent|views)\//.test(target) && !target.endsWith('.json') && !known.has(target),
        )
        .map(({ target }) => `${path} imports ${target}`),
    )
    expect(missing).toEqual([])
  })

  test('no file needs itself to load', () => {
    expect(findCycles(files).map((cycle) => cycle.join(' -> '))).toEqual([])
  })
})

/** Where the outside comes in. Everything else is given its clock, randomness and settings. */
const entries = [
  /^server\/cli\//,
  /^server\/config\.ts$/,
  /^server\/this-machine\.ts$/,
  /^server\/runtime\/(clock|randomness)\.ts$/,
  /^agent\/main\.ts$/,
  /^agent\/command-line\//,
  /^agent\/machine\//,
]

const ambient = [
  { title: 'the environment', pattern: /\bprocess\.env\b/ },
  { title: 'the clock', pattern: /\bDate\.now\(|\bnew Date\(\)/ },
  { title: 'cheap randomness', pattern: /\bMath\.random\(/ },
]

describe('what comes from outside', () => {
  test.each(ambient)('$title enters in entry files only', ({ pattern }) => {
    expect(files.some(({ path }) => matches(entries, path))).toBe(true)
    const offending = files.filter(({ path, code }) => !matches(entries, path) && pattern.test(code))
    expect(offending.map(({ path }) => path)).toEqual([])
  })

  test('the engine and the services write to no terminal', () => {
    const offending = files.filter(({ path, code }) => /^(engine|views)\/|-service\.ts$/.test(path) && /\bconsole\./.test(code))
    expect(offending.map(({ path }) => path)).toEqual([])
  })
})

describe('the reader of imports', () => {
  test('sees every form of them', () => {
    const code = withoutComments(`
      import a from './a.ts'
      import type { B } from '../b/b.ts'
      import {
        c,
        type D,
      } from 'kysely'
      import 'reflect-metadata'
      export { e } from './e.ts'
      export type { F } from 'node:fs'
      const g = await import('./g.ts')
      // import h from './h.ts'
      /* import i from './i.ts' */
      const j = "from './j.ts'"
    `)
    expect(findImports('server/x/y.ts', code)).toEqual([
      { target: 'server/x/a.ts', kind: 'value' },
      { target: 'server/b/b.ts', kind: 'type' },
      { target: 'kysely', kind: 'value' },
      { target: 'reflect-metadata', kind: 'value' },
      { target: 'server/x/e.ts', kind: 'value' },
      { target: 'node:fs', kind: 'type' },
      { target: 'server/x/g.ts', kind: 'lazy' },
    ])
  })

  test('sees a cycle', () => {
    const file = (path: string, target: string): SourceFile => ({ path, code: '', imports: [{ target, kind: 'value' }] })
    expect(findCycles([file('a', 'b'), file('b', 'c'), file('c', 'a'), file('d', 'a')])).toEqual([['a', 'b', 'c', 'a']])
    expect(findCycles([file('a', 'b'), file('b', 'c'), file('d', 'a')])).toEqual([])
  })
})

function matches(patterns: readonly RegExp[], text: string): boolean {
  return patterns.some((pattern) => pattern.test(text))
}

/** Rings of files that cannot be loaded one after the other. What is only a type, or loaded later, makes none. */
function findCycles(all: readonly SourceFile[]): readonly (readonly string[])[] {
  const graph = new Map(
    all.map(({ path, imports }) => [path, imports.filter(({ kind }) => kind === 'value').map(({ target }) => target)]),
  )
  const done = new Set<string>()
  const cycles: string[][] = []
  const visit = (path: string, way: readonly string[]) => {
    const start = way.indexOf(path)
    if (start >= 0) {
      cycles.push([...way.slice(start), path])
      return
    }
    if (done.has(path)) return
    for (const target of graph.get(path) ?? []) visit(target, [...way, path])
    done.add(path)
  }
  for (const path of graph.keys()) visit(path, [])
  return cycles
}
