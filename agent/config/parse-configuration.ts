import { bytesOfText, type Compression } from '../../engine/index.ts'
import { parseExclude } from '../../selection/exclude-pattern.ts'
import { isSameJobName, parseJobName } from '../../selection/job-name.ts'
import { parseSchedule, scheduleText } from '../../selection/schedule.ts'
import { parseSourcePath } from '../../selection/source-path.ts'
import { parseBoxAddress } from '../link/box-address.ts'
import { keepRulesText, parseKeepRules } from '../selection/keep-rules.ts'
import { parseRate } from '../selection/rate.ts'
import type { Configuration, DeviceEntry, Job, OptionsEntry, ServerEntry } from './configuration.ts'
import { emptyConfiguration } from './configuration.ts'
import { ConfigurationError } from './configuration-error.ts'
import { checkElement, rootElement } from './configuration-schema.ts'
import { parseXmlDocument, type XmlElement } from './xml-document.ts'

export const configurationVersion = '1'
const compressions: readonly Compression[] = ['fast', 'default', 'max']

/** @throws ConfigurationError with line and column */
export function parseConfiguration(bytes: Buffer, platform: NodeJS.Platform): Configuration {
  const root = parseXmlDocument(bytes)
  if (root.name !== rootElement) throw new ConfigurationError(`<${root.name}> is no <${rootElement}>`, root.place)
  checkElement(root, rootElement)
  if (root.attributes.version !== configurationVersion)
    throw new ConfigurationError(
      `it has version ${root.attributes.version}, and this program reads ${configurationVersion}`,
      root.place,
    )
  const server = only(root, 'server')
  const device = only(root, 'device')
  const options = only(root, 'options')
  const jobs = all(root, 'job').map((element) => readJob(element, platform))
  checkJobNames(jobs, all(root, 'job'))
  return {
    server: server && readServer(server),
    device: device && readDevice(device),
    options: options ? readOptions(options) : emptyConfiguration.options,
    jobs,
  }
}

function readServer(element: XmlElement): ServerEntry {
  const address = checked(element, () => parseBoxAddress(element.attributes.url!))
  const pins = all(element, 'pin').map((pin) => checked(pin, () => parsePin(pin.text)))
  return { url: address.url, pins }
}

/** As the box writes it. */
function parsePin(text: string): string {
  if (!/^[A-Za-z0-9+/]{43}=$/.test(text)) throw new RangeError('a pin is the base64 of a SHA-256, 44 characters')
  return text
}

function readDevice({ attributes }: XmlElement): DeviceEntry {
  return {
    id: attributes.id!,
    number: attributes.number!,
    name: attributes.name!,
    customer: attributes.customer!,
    customerNumber: attributes['customer-number']!,
  }
}

function readOptions(element: XmlElement): OptionsEntry {
  const { compression, limit } = element.attributes
  return {
    compression: compression === undefined ? emptyConfiguration.options.compression : readCompression(element, compression),
    limitBytesPerSecond: limit === undefined ? undefined : checked(element, () => parseRate(limit)),
  }
}

function readCompression(element: XmlElement, text: string): Compression {
  const found = compressions.find((known) => known === text)
  if (!found) throw new ConfigurationError(`compression is one of ${compressions.join(', ')}, not "${text}"`, element.place)
  return found
}

function readJob(element: XmlElement, platform: NodeJS.Platform): Job {
  const keep = only(element, 'keep')
  return {
    name: checked(element, () => parseJobName(element.attributes.name!)),
    sources: all(element, 'source').map((source) => checked(source, () => parseSourcePath(readPath(source), platform))),
    excludes: all(element, 'exclude').map((exclude) => checked(exclude, () => parseExclude(exclude.text))),
    schedules: all(element, 'schedule').map((schedule) => checked(schedule, () => scheduleText(parseSchedule(schedule.text)))),
    keep: keep && checked(keep, () => keepRulesText(parseKeepRules(keep.text))),
    isPaused: readPaused(element),
  }
}

function readPaused(element: XmlElement): boolean {
  const { paused = 'no' } = element.attributes
  if (paused !== 'yes' && paused !== 'no') throw new ConfigurationError(`paused is "yes" or "no", not "${paused}"`, element.place)
  return paused === 'yes'
}

function readPath(source: XmlElement): Buffer {
  const { encoding } = source.attributes
  if (encoding === undefined) return bytesOfText(source.text)
  if (encoding !== 'base64') throw new RangeError(`encoding is "base64" or absent, not "${encoding}"`)
  const bytes = Buffer.from(source.text, 'base64')
  if (bytes.toString('base64') !== source.text) throw new RangeError('the path is not base64')
  return bytes
}

function checkJobNames(jobs: readonly Job[], elements: readonly XmlElement[]): void {
  for (const [index, job] of jobs.entries())
    if (jobs.slice(0, index).some((earlier) => isSameJobName(earlier.name, job.name)))
      throw new ConfigurationError(`there are two jobs named "${job.name}"`, elements[index]!.place)
}

function only(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((child) => child.name === name)
}

function all(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.filter((child) => child.name === name)
}

/** A value's own complaint, with the place where the value stands. */
function checked<T>(element: XmlElement, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (error instanceof ConfigurationError || !(error instanceof Error)) throw error
    throw new ConfigurationError(error.message, element.place)
  }
}
