/**
 * The bytes behind the words of the command line. Node decodes arguments as UTF-8 and puts U+FFFD where that fails; a file named in
 * Latin-1 could not be asked for. Linux has the bytes as they were given.
 */
export function argumentBytes(words: readonly string[], readCommandLine: () => Buffer): (word: string) => Buffer {
  let raw: ReadonlyMap<string, Buffer> | undefined
  return (word) => {
    if (!word.includes('\ufffd')) return Buffer.from(word)
    raw ??= rawWords(words, readCommandLine)
    return raw.get(word) ?? Buffer.from(word)
  }
}

/** Two words that decode alike are told apart no more: then neither is found, and the text itself is asked for. */
function rawWords(words: readonly string[], readCommandLine: () => Buffer): ReadonlyMap<string, Buffer> {
  const found = new Map<string, Buffer>()
  let all: readonly Buffer[]
  try {
    all = splitAtNul(readCommandLine())
  } catch {
    return found
  }
  const doubtful = new Set<string>()
  for (const [index, bytes] of all.slice(-words.length).entries()) {
    const word = words[index]!
    if (!word.includes('\ufffd') || bytes.toString('utf8') !== word) continue
    if (found.has(word) && !found.get(word)!.equals(bytes)) doubtful.add(word)
    found.set(word, bytes)
  }
  for (const word of doubtful) found.delete(word)
  return found
}

function splitAtNul(commandLine: Buffer): readonly Buffer[] {
  const parts: Buffer[] = []
  let start = 0
  for (let end = commandLine.indexOf(0); end !== -1; end = commandLine.indexOf(0, start)) {
    parts.push(commandLine.subarray(start, end))
    start = end + 1
  }
  return parts
}
