/** The log of a run as staff read it: each line's facts by their names, for a path says more than its length. Pure. */
import { hideFacts, hidePaths } from './hide-paths.ts'

export function hideLog(text: string): string {
  return text.split('\n').map(hideLine).join('\n')
}

/** `2026-03-14T18:00:00+01:00 left out {"path":…}`: the words before the facts are the program's own. */
function hideLine(line: string): string {
  const start = line.indexOf('{')
  if (start < 0) return hidePaths(line)
  try {
    return line.slice(0, start) + JSON.stringify(hideFacts(JSON.parse(line.slice(start))))
  } catch {
    return hidePaths(line)
  }
}
