/**
 * What staff read of a text that came from a computer: reasons of failures, lines of logs. Names of files and folders are a
 * customer's own, so they are taken out here, on the server, before a page or an answer is made of the text. A text does not say
 * where a name ends, so what follows one is taken out with it: too much rather than a word too little. Pure.
 *
 * What has fields should be hidden by its fields (`hideFacts`): a name alone, without a path, quotes or an ending, cannot be told
 * from the words around it.
 */

export const hiddenName = '[name hidden]'

/** More than any line that is shown; what is longer is not read but hidden. */
const maxLineCharacters = 2000

export function hidePaths(text: string): string {
  return text
    .split(/(\r?\n|\r)/)
    .map((line, index) => (index % 2 === 0 ? hideInLine(line) : line))
    .join('')
}

/** Facts by which programs tell of themselves and never of a file. Numbers and switches are always kept. */
const factsThatStay: ReadonlySet<string> = new Set([
  ...['code', 'command', 'device', 'customer', 'event', 'job', 'kind', 'level', 'number', 'outcome', 'overwrite'],
  ...['reason', 'requestId', 'run', 'schedule', 'snapshot', 'state', 'syscall', 'trigger', 'url', 'verdict', 'version'],
])
/** Told in sentences: what is not a name stays. */
const factsToRead: ReadonlySet<string> = new Set(['detail', 'message', 'words', 'hint'])
const maxFactDepth = 6

/** The same for a line with fields: texts stay only in fields that are known to hold no names. */
export function hideFacts(facts: unknown): unknown {
  return hideFact(facts, 'stay', maxFactDepth)
}

type Handling = 'stay' | 'read' | 'hide'

function hideFact(fact: unknown, handling: Handling, depth: number): unknown {
  if (typeof fact === 'string') {
    // A field of words that holds a path all the same is no field of words.
    if (handling === 'hide') return hiddenName
    return hidePaths(fact)
  }
  if (typeof fact !== 'object' || fact === null) return fact
  if (depth === 0) return hiddenName
  if (Array.isArray(fact)) return fact.map((item) => hideFact(item, handling === 'stay' ? 'hide' : handling, depth - 1))
  return Object.fromEntries(Object.entries(fact).map(([name, value]) => hideEntry(name, value, depth)))
}

function hideEntry(name: string, value: unknown, depth: number): readonly [string, unknown] {
  // A name of a field that no program gave is somebody's: a map from paths to counts.
  const shown = /^[A-Za-z][A-Za-z0-9]{0,39}$/.test(name) ? name : hiddenName
  const handling = factsThatStay.has(name) ? 'stay' : factsToRead.has(name) ? 'read' : 'hide'
  return [shown, hideFact(value, handling, depth - 1)]
}

function hideInLine(line: string): string {
  if (line.length > maxLineCharacters) return hiddenName
  return hideFileNames(hideFromPath(hideQuoted(line)))
}

/**
 * Everything from the first opening quote to the last closing one of its kind, for names hold quotes as well. Commands of Holdfast
 * that are to be typed stay.
 */
function hideQuoted(line: string): string {
  return quotes.reduce((shown, { open, close }) => {
    const pattern = new RegExp(`(^|[\\s([{=:,;<>])${open}(.*)${close}(?![\\p{L}\\p{N}_])`, 'u')
    return shown.replace(pattern, (whole, before: string, inside: string) =>
      isOwnCommand(inside) ? whole : `${before}${hiddenName}`,
    )
  }, line)
}

const quotes = [
  { open: "'", close: "'" },
  { open: '"', close: '"' },
  { open: '`', close: '`' },
  { open: '“', close: '”' },
  { open: '‘', close: '’' },
  { open: '«', close: '»' },
  { open: '„', close: '[“”]' },
] as const

function isOwnCommand(text: string): boolean {
  return /^(bin\/)?holdfast(-agent)?( [a-z-]+)*$/.test(text)
}

const pathStart = new RegExp(
  [
    // C:\…, C:/…
    '(?<![\\p{L}\\p{N}])[A-Za-z]:[\\\\/]',
    // \\server\share, \\?\C:\…
    '\\\\\\\\[^\\s\\\\]',
    // /home/…, ~/…, ./…, ../…
    '(?:^|(?<=[\\s([{=:,;<>|]))(?:~|\\.{1,2})?/[^\\s/]',
    'file:/',
    // Documents/Tax/…, Documents\Tax\…: two steps or more, and no address of the net
    '(?:^|(?<=[\\s([{=:,;<>|]))[^\\s/\\\\:=]+[/\\\\][^\\s/\\\\]+[/\\\\]',
    '(?:^|(?<=[\\s([{=:,;<>|]))[^\\s/\\\\:]+\\\\[^\\s]',
  ].join('|'),
  'u',
)

/** To the end of the line: a path may hold blanks, commas and colons. */
function hideFromPath(line: string): string {
  const start = line.search(pathStart)
  return start === -1 ? line : line.slice(0, start) + hiddenName
}

// A name with an ending, alone or with words before it that may belong to it.
const fileName = /(?<![\p{L}\p{N}@/])[^\s/\\:@]{2,100}\.(?=[\p{L}\p{N}]*\p{L})[\p{L}\p{N}]{2,5}(?![\p{L}\p{N}.])/u

/** Words before a name with an ending may be the name’s beginning, so nothing of such a line is sure. */
function hideFileNames(line: string): string {
  const withoutAddresses = line.replaceAll(/\bhttps?:\/\/[^\s]+/g, '')
  return fileName.test(withoutAddresses) ? hiddenName : line
}
