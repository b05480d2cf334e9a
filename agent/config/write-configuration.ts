import { textOfBytes } from '../../engine/index.ts'
import { rateText } from '../selection/rate.ts'
import type { Configuration, Job } from './configuration.ts'
import { rootElement } from './configuration-schema.ts'
import { configurationVersion } from './parse-configuration.ts'
import { escapeXml, isXmlText } from './xml-text.ts'

/** The file as text; reading it gives the same configuration. */
export function configurationXml(configuration: Configuration): string {
  const { server, device, options, jobs } = configuration
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!-- Holdfast agent. Described in docs/user/agent.md and holdfast-agent.xsd; comments are not kept when the program writes. -->',
    `<${rootElement} version="${configurationVersion}">`,
    ...(server ? serverLines(server) : []),
    ...(device
      ? [
          `  <device${attributes({
            id: device.id,
            number: device.number,
            name: device.name,
            customer: device.customer,
            'customer-number': device.customerNumber,
          })}/>`,
        ]
      : []),
    `  <options${attributes({
      compression: options.compression,
      limit: options.limitBytesPerSecond === undefined ? undefined : rateText(options.limitBytesPerSecond),
    })}/>`,
    ...jobs.flatMap(jobLines),
    `</${rootElement}>`,
    '',
  ].join('\n')
}

function serverLines({ url, pins }: NonNullable<Configuration['server']>): readonly string[] {
  if (pins.length === 0) return [`  <server${attributes({ url })}/>`]
  return [`  <server${attributes({ url })}>`, ...pins.map((pin) => `    <pin>${escapeXml(pin)}</pin>`), '  </server>']
}

function jobLines(job: Job): readonly string[] {
  return [
    `  <job${attributes({ name: job.name, paused: job.isPaused ? 'yes' : undefined })}>`,
    ...job.sources.map(sourceLine),
    ...job.excludes.map((exclude) => `    <exclude>${escapeXml(exclude)}</exclude>`),
    ...job.schedules.map((schedule) => `    <schedule>${escapeXml(schedule)}</schedule>`),
    ...(job.keep === undefined ? [] : [`    <keep>${escapeXml(job.keep)}</keep>`]),
    '  </job>',
  ]
}

/** A path is text where XML can hold it; bytes that are no UTF-8, and control characters, go as base64. */
function sourceLine(path: Buffer): string {
  const text = textOfBytes(path)
  return isXmlText(text)
    ? `    <source>${escapeXml(text)}</source>`
    : `    <source encoding="base64">${path.toString('base64')}</source>`
}

function attributes(values: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(values)
    .filter((entry): entry is [string, string] => entry[1] !== undefined)
    .map(([name, value]) => ` ${name}="${escapeXml(value)}"`)
    .join('')
}
