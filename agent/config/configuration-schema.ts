import { excludesPerJobMax } from '../../selection/exclude-pattern.ts'
import { jobsMax } from '../../selection/job-name.ts'
import { schedulesPerJobMax } from '../../selection/schedule.ts'
import { sourcesPerJobMax } from '../../selection/source-path.ts'
import { ConfigurationError } from './configuration-error.ts'
import type { XmlElement } from './xml-document.ts'

/*
 * Which elements and attributes there are. docs/user/holdfast-agent.xsd says the same to editors; a test compares the two.
 */

export interface ElementRule {
  readonly attributes: Readonly<Record<string, 'required' | 'optional'>>
  /** The most there may be of each. */
  readonly children: Readonly<Record<string, number>>
  readonly hasText: boolean
}

const pinsMax = 4

export const elementRules = {
  'holdfast-agent': {
    attributes: { version: 'required' },
    children: { server: 1, device: 1, options: 1, job: jobsMax },
    hasText: false,
  },
  server: { attributes: { url: 'required' }, children: { pin: pinsMax }, hasText: false },
  pin: { attributes: {}, children: {}, hasText: true },
  device: {
    attributes: { id: 'required', number: 'required', name: 'required', customer: 'required', 'customer-number': 'required' },
    children: {},
    hasText: false,
  },
  options: { attributes: { compression: 'optional', limit: 'optional' }, children: {}, hasText: false },
  job: {
    attributes: { name: 'required', paused: 'optional' },
    children: { source: sourcesPerJobMax, exclude: excludesPerJobMax, schedule: schedulesPerJobMax, keep: 1 },
    hasText: false,
  },
  source: { attributes: { encoding: 'optional' }, children: {}, hasText: true },
  exclude: { attributes: {}, children: {}, hasText: true },
  schedule: { attributes: {}, children: {}, hasText: true },
  keep: { attributes: {}, children: {}, hasText: true },
} as const satisfies Readonly<Record<string, ElementRule>>

export type ElementName = keyof typeof elementRules

export const rootElement: ElementName = 'holdfast-agent'

/** Refuses what is unknown, missing, too many, or text where none belongs. @throws ConfigurationError */
export function checkElement(element: XmlElement, name: ElementName): void {
  const rule: ElementRule = elementRules[name]
  checkAttributes(element, rule)
  const counts = new Map<string, number>()
  for (const child of element.children) {
    const most = Object.hasOwn(rule.children, child.name) ? rule.children[child.name]! : 0
    if (most === 0)
      throw new ConfigurationError(
        `<${child.name}> is unknown inside <${name}>${listText('allowed', rule.children)}`,
        child.place,
      )
    const count = (counts.get(child.name) ?? 0) + 1
    if (count > most) throw new ConfigurationError(`more than ${most} <${child.name}> in one <${name}>`, child.place)
    counts.set(child.name, count)
    checkElement(child, child.name as ElementName)
  }
  if (!rule.hasText && element.text !== '')
    throw new ConfigurationError(`<${name}> holds text that belongs nowhere`, element.place)
  if (rule.hasText && element.text === '') throw new ConfigurationError(`<${name}> is empty`, element.place)
}

function checkAttributes(element: XmlElement, rule: ElementRule): void {
  for (const attribute of Object.keys(element.attributes)) {
    // What XML itself may say about any element, such as where the schema lies.
    if (attribute === 'xmlns' || attribute.startsWith('xmlns:') || attribute.startsWith('xsi:')) continue
    if (!Object.hasOwn(rule.attributes, attribute))
      throw new ConfigurationError(
        `the attribute "${attribute}" is unknown in <${element.name}>${listText('allowed', rule.attributes)}`,
        element.place,
      )
  }
  for (const [attribute, need] of Object.entries(rule.attributes))
    if (need === 'required' && !element.attributes[attribute])
      throw new ConfigurationError(`<${element.name}> lacks the attribute "${attribute}"`, element.place)
}

function listText(word: string, names: Readonly<Record<string, unknown>>): string {
  const all = Object.keys(names)
  return all.length === 0 ? '' : ` (${word}: ${all.join(', ')})`
}
