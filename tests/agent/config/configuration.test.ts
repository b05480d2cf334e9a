import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { XMLParser } from 'fast-xml-parser'
import { describe, expect, test } from 'vitest'
import { type Configuration, emptyConfiguration, emptyJob } from '../../../agent/config/configuration.ts'
import { ConfigurationError } from '../../../agent/config/configuration-error.ts'
import { type ElementRule, elementRules } from '../../../agent/config/configuration-schema.ts'
import { parseConfiguration } from '../../../agent/config/parse-configuration.ts'
import { configurationXml } from '../../../agent/config/write-configuration.ts'
import { xmlMaxBytes } from '../../../agent/config/xml-document.ts'

const pin = Buffer.alloc(32, 7).toString('base64')

const full: Configuration = {
  server: { url: 'https://box.example:8443', pins: [pin, Buffer.alloc(32, 8).toString('base64')] },
  device: { id: 'dev_a2', number: 'D-000003', name: 'Büro "1" <east> & co', customer: "O'Neill", customerNumber: 'C-000001' },
  options: { compression: 'max', limitBytesPerSecond: 5 * 1024 * 1024 },
  jobs: [
    {
      name: 'Büro',
      sources: [
        Buffer.from('/home/ann/Dokumente & mehr'),
        Buffer.from('/home/ann/ leading and trailing '),
        Buffer.from('/home/ends in a wide blank\u2000'),
        Buffer.from('/home/ends in a blank that does not break\u00a0'),
        Buffer.from('/home/new\nline\tand\rreturn'),
        Buffer.from('/home/caf\xe9', 'latin1'),
        Buffer.from('/home/\u0001control'),
        Buffer.from('/home/]]>/<!--'),
      ],
      excludes: ['*.tmp', 'node_modules/', ' a b '],
      schedules: ['daily 18:00', '*/30 8-18 * * 1-5'],
      keep: 'last 5, within 90 days',
      isPaused: true,
    },
    emptyJob('second'),
  ],
}

const read = (text: string | Buffer) => parseConfiguration(Buffer.from(text), 'linux')

describe('writing and reading', () => {
  test.each([
    ['nothing yet', emptyConfiguration],
    ['everything', full],
  ] as const)('%s comes back as it was', (_, configuration) => {
    expect(read(configurationXml(configuration))).toEqual(configuration)
  })

  test('any path comes back as the same bytes', () => {
    const path = fc
      .uint8Array({ minLength: 0, maxLength: 60 })
      .map((bytes) => Buffer.concat([Buffer.from('/'), Buffer.from(bytes.filter((byte) => byte !== 0))]))
    const text = fc.string({ unit: 'binary', maxLength: 40 }).map((name) => Buffer.from(`/${name.replaceAll('\0', '')}`))
    fc.assert(
      fc.property(fc.array(fc.oneof(path, text), { maxLength: 5 }), (sources) => {
        const configuration = { ...emptyConfiguration, jobs: [{ ...emptyJob('job'), sources }] }
        expect(read(configurationXml(configuration)).jobs[0]!.sources).toEqual(sources)
      }),
    )
  })

  test('any words of the device come back', () => {
    // Characters that XML cannot hold never reach the file: the box refuses them in names.
    const words = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
      .filter((text) => text.trim() === text && text !== '')
    fc.assert(
      fc.property(words, words, (name, customer) => {
        const device = { ...full.device!, name, customer }
        expect(read(configurationXml({ ...full, device })).device).toEqual(device)
      }),
    )
  })

  test('what people write by hand is understood', () => {
    const configuration = read(`\ufeff<?xml version="1.0"?>\r
      <!-- mine --><holdfast-agent version='1' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="x">
        <job name="a">
          <schedule>  Daily 7:05 </schedule><!-- early --><source>
            /home/ann
          </source>
          <exclude><![CDATA[*.tmp]]></exclude>
          <keep>last=5,WITHIN 3 days</keep>
        </job>
      </holdfast-agent>`)
    expect(configuration.jobs).toEqual([
      {
        name: 'a',
        sources: [Buffer.from('/home/ann')],
        excludes: ['*.tmp'],
        schedules: ['daily 07:05'],
        keep: 'last 5, within 3 days',
        isPaused: false,
      },
    ])
  })
})

const shell = (inside: string) => `<holdfast-agent version="1">\n${inside}\n</holdfast-agent>`

describe('what is wrong is refused, with its place', () => {
  test.each([
    { title: 'not XML', xml: 'hello', says: /not expected/, line: 1 },
    { title: 'nothing', xml: '', says: /Start tag expected/ },
    { title: 'cut off', xml: '<holdfast-agent version="1">\n<job name="a">', says: /./, line: 1 },
    { title: 'a tag that closes another', xml: shell('<job name="a"></jab>'), says: /closing tag/, line: 2, column: 15 },
    {
      title: 'a DOCTYPE',
      xml: '<?xml version="1.0"?>\n<!DOCTYPE x [<!ENTITY a "b">]>\n<x/>',
      says: /DOCTYPE/,
      line: 2,
      column: 1,
    },
    { title: 'a DOCTYPE in small letters', xml: '<!doctype x>\n<x/>', says: /DOCTYPE/, line: 1, column: 1 },
    { title: 'another root', xml: '<other version="1"/>', says: /<other> is no <holdfast-agent>/, line: 1, column: 1 },
    { title: 'two roots', xml: '<holdfast-agent version="1"/><holdfast-agent version="1"/>', says: /./ },
    { title: 'no version', xml: '<holdfast-agent/>', says: /lacks the attribute "version"/, line: 1, column: 1 },
    { title: 'a later version', xml: '<holdfast-agent version="2"/>', says: /version 2/, line: 1, column: 1 },
    {
      title: 'an unknown element',
      xml: shell('  <jobs/>'),
      says: /<jobs> is unknown inside <holdfast-agent>.*job/,
      line: 2,
      column: 3,
    },
    {
      title: 'an unknown element deeper down',
      xml: shell('<job name="a">\n  <source>/a</source>\n    <path>/b</path></job>'),
      says: /<path> is unknown inside <job>/,
      line: 4,
      column: 5,
    },
    { title: 'a name of every object', xml: shell('<constructor/>'), says: /constructor/ },
    {
      title: 'an unknown attribute',
      xml: shell('<job name="a" when="daily"/>'),
      says: /"when" is unknown in <job>/,
      line: 2,
      column: 1,
    },
    { title: 'text that belongs nowhere', xml: shell('<job name="a">/home</job>'), says: /<job> holds text/, line: 2 },
    { title: 'an empty element', xml: shell('<job name="a">\n<source/></job>'), says: /<source> is empty/, line: 3, column: 1 },
    { title: 'a job without a name', xml: shell('<job/>'), says: /lacks the attribute "name"/, line: 2 },
    {
      title: 'two jobs of one name',
      xml: shell('<job name="a"/>\n<job name="A"/>'),
      says: /two jobs named "A"/,
      line: 3,
      column: 1,
    },
    {
      title: 'two servers',
      xml: shell('<server url="http://localhost"/>\n<server url="http://localhost"/>'),
      says: /more than 1 <server>/,
      line: 3,
    },
    { title: 'no address', xml: shell('<server url="box"/>'), says: /no address of a box/, line: 2 },
    { title: 'no pin', xml: shell('<server url="https://box">\n<pin>abc</pin></server>'), says: /a pin is/, line: 3, column: 1 },
    {
      title: 'a relative path',
      xml: shell('<job name="a">\n<source>home</source></job>'),
      says: /no absolute path/,
      line: 3,
      column: 1,
    },
    {
      title: 'wrong base64',
      xml: shell('<job name="a"><source encoding="base64">L2E</source></job>'),
      says: /not base64/,
      line: 2,
      column: 15,
    },
    {
      title: 'another encoding',
      xml: shell('<job name="a"><source encoding="hex">2f</source></job>'),
      says: /"base64" or absent/,
      line: 2,
    },
    {
      title: 'no schedule',
      xml: shell('<job name="a"><schedule>sometimes</schedule></job>'),
      says: /is no schedule/,
      line: 2,
      column: 15,
    },
    { title: 'no keep rule', xml: shell('<job name="a"><keep>forever</keep></job>'), says: /no rule for keeping/, line: 2 },
    { title: 'no pattern', xml: shell('<job name="a"><exclude>!a</exclude></job>'), says: /not include again/, line: 2 },
    { title: 'no compression', xml: shell('<options compression="best"/>'), says: /fast, default, max/, line: 2 },
    { title: 'no rate', xml: shell('<options limit="slowly"/>'), says: /is no rate/, line: 2 },
    { title: 'a lone ampersand in text', xml: shell('<job name="a"><source>/a & b</source></job>'), says: /&/, line: 2 },
    {
      title: 'a lone ampersand in an attribute',
      xml: shell('<job name="a & b"/>'),
      says: /stands for nothing/,
      line: 2,
      column: 1,
    },
    {
      title: 'an entity of its own',
      xml: shell('<job name="a"><source>/&home;</source></job>'),
      says: /stands for nothing/,
      line: 2,
    },
    {
      title: 'a NUL by reference',
      xml: shell('<job name="a"><source>/&#0;</source></job>'),
      says: /stands for nothing/,
      line: 2,
    },
    {
      title: 'half a character by reference',
      xml: shell('<job name="a"><source>/&#xD800;</source></job>'),
      says: /stands for nothing/,
      line: 2,
    },
    { title: 'elements without end', xml: `${'<a>'.repeat(100)}${'</a>'.repeat(100)}`, says: /nest|depth/i },
  ])('$title', ({ xml, says, line, column }) => {
    const error = failureOf(() => read(xml))
    expect(error).toBeInstanceOf(ConfigurationError)
    expect(error.message).toMatch(says)
    if (line !== undefined) expect(error.place).toMatchObject(column === undefined ? { line } : { line, column })
  })

  test('bytes that are no UTF-8', () => {
    expect(failureOf(() => read(Buffer.from([0x3c, 0xff]))).message).toContain('not UTF-8')
  })

  test('more than a configuration can be', () => {
    expect(failureOf(() => read(Buffer.alloc(xmlMaxBytes + 1, 0x20))).message).toContain('bytes')
  })

  test('no entity is ever expanded, so a billion laughs stay one', () => {
    const xml = shell(`<job name="a"><source>/${'&amp;lol9;'.repeat(3)}</source></job>`)
    expect(read(xml).jobs[0]!.sources[0]!.toString()).toBe('/&lol9;&lol9;&lol9;')
  })
})

test('the schema for editors says what the program checks', () => {
  const schema = readSchema()
  expect(Object.keys(schema).sort()).toEqual(Object.keys(elementRules).sort())
  for (const [name, rule] of Object.entries<ElementRule>(elementRules))
    expect(schema[name], name).toEqual({ attributes: rule.attributes, children: rule.children })
})

type SchemaNode = Readonly<Record<string, unknown>>

/** Elements of the XSD with their attributes and children, in the shape of the rules. */
function readSchema(): Record<string, unknown> {
  const file = readFileSync(join(import.meta.dirname, '../../../docs/user/holdfast-agent.xsd'), 'utf8')
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    isArray: (name, _path, _isLeaf, isAttribute) => !isAttribute && name !== 'xs:schema',
  })
  const root = parser.parse(file)['xs:schema'] as SchemaNode
  const types = new Map(nodes(root, 'xs:complexType').map((type) => [type.name as string, type]))
  const found: Record<string, unknown> = {}
  const visit = (element: SchemaNode) => {
    const type = nodes(element, 'xs:complexType')[0] ?? types.get(element.type as string) ?? {}
    const inner = nodes(nodes(type, 'xs:simpleContent')[0] ?? {}, 'xs:extension')[0] ?? type
    const children = nodes(nodes(type, 'xs:sequence')[0] ?? {}, 'xs:element')
    found[element.name as string] = {
      attributes: Object.fromEntries(nodes(inner, 'xs:attribute').map(({ name, use }) => [name, use ?? 'optional'])),
      children: Object.fromEntries(children.map(({ name, maxOccurs }) => [name, Number(maxOccurs ?? 1)])),
    }
    children.forEach(visit)
  }
  nodes(root, 'xs:element').forEach(visit)
  return found
}

function nodes(node: SchemaNode, name: string): readonly SchemaNode[] {
  return (node[name] as readonly SchemaNode[] | undefined) ?? []
}

function failureOf(work: () => unknown): ConfigurationError {
  try {
    work()
  } catch (error) {
    return error as ConfigurationError
  }
  return expect.fail('nothing was refused')
}
