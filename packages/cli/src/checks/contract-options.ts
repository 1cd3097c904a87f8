/** What a contract must say beside its shape: who may call an RPC, and under which subject an event is announced. */
import { type Described, type DescribedEvent, readContracts } from '@fanfare/contracts/described';
import { expectNone, type Outcome } from './check.ts';

/** What is missing or wrong, each naming the RPC or event. */
export function contractProblems({ rpcs, events }: Described): readonly string[] {
  const named = Map.groupBy(events, ({ name }) => name);
  const announced = Map.groupBy(events, ({ subject }) => subject);
  return [
    ...rpcs
      .filter(({ access }) => access === null)
      .map(({ path }) => `${path} does not say who may call it: option (fanfare.common.v1.access) = ACCESS_...`),
    ...events.flatMap(subjectProblems),
    ...[...named]
      .filter(([, of]) => of.length > 1)
      .map(([name, of]) => `${name} is the name of several events: ${of.map(nameOf).join(', ')}`),
    ...[...announced]
      .filter(([subject, of]) => subject !== null && of.length > 1)
      .map(([subject, of]) => `${subject} is the subject of several events: ${of.map(nameOf).join(', ')}`),
  ];
}

const nameOf = (event: DescribedEvent): string => `${event.package}.${event.name}`;

function subjectProblems(event: DescribedEvent): readonly string[] {
  const [, service, version] = /^fanfare\.(\w+)\.event\.(v\d+)$/.exec(event.package) ?? [];
  const form = `evt.${service}.<entity>.<past_verb>.${version}`;
  if (event.subject === null) {
    return [`${nameOf(event)} has no subject: option (fanfare.common.v1.subject) = "${form}"`];
  }
  const [root, producer, entity, verb, major, ...more] = event.subject.split('.');
  const right = root === 'evt' && producer === service && major === version && more.length === 0;
  const words = [entity, verb].every((word) => word !== undefined && /^[a-z][a-z0-9_]*$/.test(word));
  return right && words ? [] : [`${nameOf(event)} has the subject "${event.subject}", which is not ${form}`];
}

export async function checkContractOptions(): Promise<Outcome> {
  const { descriptorSet } = await import('@fanfare/contracts/descriptors');
  return expectNone(contractProblems(readContracts(Buffer.from(descriptorSet, 'base64'))));
}
