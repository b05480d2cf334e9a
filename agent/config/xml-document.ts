// An XML file as elements with their places, so that every complaint names a line. The parser is fast-xml-parser, kept on a short
// leash: size capped, DOCTYPE refused before it parses, no entity ever expanded by it.

import { createRequire } from 'node:module'
import type { XMLParser as Parser, XMLValidator as Validator } from 'fast-xml-parser'
import { ConfigurationError } from './configuration-error.ts'
import { unescapeXml } from './xml-text.ts'

// One bundled file loads in 4 ms; the package's many ES modules take 28, and every backup pays for it.
const { XMLParser, XMLValidator } = createRequire(import.meta.url)('fast-xml-parser') as {
  XMLParser: typeof Parser
  XMLValidator: typeof Validator
}

export interface XmlElement {
  readonly name: string
  readonly place: XmlPlace
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly XmlElement[]
  /** Its own text, without white space at the ends. */
  readonly text: string
}

/** Both from 1. */
export interface XmlPlace {
  readonly line: number
  readonly column: number
}

export const xmlMaxBytes = 4 * 1024 * 1024
const nestedElementsMax = 16

/** The root element. @throws ConfigurationError with the place of what is wrong */
export function parseXmlDocument(bytes: Buffer): XmlElement {
  if (bytes.length > xmlMaxBytes) throw new ConfigurationError(`it has more than ${xmlMaxBytes} bytes`, undefined)
  const text = decode(bytes)
  const documentType = /<!DOCTYPE/i.exec(text)
  if (documentType) throw new ConfigurationError('a DOCTYPE is not allowed', placeAt(text, documentType.index))
  const verdict = XMLValidator.validate(text)
  if (verdict !== true) {
    const { msg, line, col } = verdict.err
    throw new ConfigurationError(msg.replace(/\.$/, ''), { line, column: col || 1 })
  }
  return rootOf(parse(text), text)
}

function decode(bytes: Buffer): string {
  try {
    // A mark at the start is left out, and line ends are made alike, so that places count as editors do.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(/\r\n?/g, '\n')
  } catch {
    throw new ConfigurationError('it is not UTF-8', undefined)
  }
}

type ParsedNode = Readonly<Record<string, readonly ParsedNode[] | string>> & { readonly ':@'?: Readonly<Record<string, string>> }

function parse(text: string): readonly ParsedNode[] {
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseTagValue: false,
    trimValues: false,
    processEntities: false,
    ignoreDeclaration: true,
    ignorePiTags: true,
    captureMetaData: true,
    maxNestedTags: nestedElementsMax,
  })
  try {
    return parser.parse(text) as readonly ParsedNode[]
  } catch (cause) {
    throw new ConfigurationError((cause as Error).message, undefined)
  }
}

function rootOf(nodes: readonly ParsedNode[], text: string): XmlElement {
  const elements = nodes.filter((node) => nameOf(node) !== '#text')
  if (elements.length !== 1) throw new ConfigurationError('it must have one outermost element', undefined)
  return elementOf(elements[0]!, text)
}

/** What XML calls white space, and no more: a name may end in a blank of another kind. */
function withoutIndent(text: string): string {
  return text.replace(/^[ \t\r\n]+/, '').replace(/[ \t\r\n]+$/, '')
}

function elementOf(node: ParsedNode, source: string): XmlElement {
  const name = nameOf(node)
  const place = placeAt(source, startOf(node))
  const plain = (escaped: string) => {
    const text = unescapeXml(escaped)
    if (text === undefined) throw new ConfigurationError(`<${name}> has a "&" that stands for nothing; write &amp;`, place)
    return text
  }
  const inner = node[name] as readonly ParsedNode[]
  const texts = inner.filter((child) => nameOf(child) === '#text').map((child) => String(child['#text']))
  return {
    name,
    place,
    attributes: Object.fromEntries(Object.entries(node[':@'] ?? {}).map(([key, value]) => [key, plain(value)])),
    children: inner.filter((child) => nameOf(child) !== '#text').map((child) => elementOf(child, source)),
    text: plain(withoutIndent(texts.join(''))),
  }
}

function nameOf(node: ParsedNode): string {
  return Object.keys(node).find((key) => key !== ':@')!
}

function startOf(node: ParsedNode): number {
  const meta = (node as Record<symbol, unknown>)[XMLParser.getMetaDataSymbol() as unknown as symbol]
  return (meta as { readonly startIndex?: number } | undefined)?.startIndex ?? 0
}

function placeAt(text: string, index: number): XmlPlace {
  const before = text.slice(0, index)
  const lineStart = before.lastIndexOf('\n') + 1
  return { line: before.split('\n').length, column: index - lineStart + 1 }
}
