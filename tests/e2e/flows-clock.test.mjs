/** Hours on the days on which the clocks are changed: workerd shows the time at which each call is to come. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { needing } from '../rig/extent.mjs';
import { CAN_MOVE_CLOCK } from '../rig/moved-clock.mjs';
import { startFlows } from './flows.mjs';

/** Milliseconds that a call may take from its instant on to be still on the same side of a boundary half a minute away. */
const PROMPT_MS = 30_000;

const branch = (name) => ({ type: 'tag', add: [name], next: { done: 'end' } });
const hours = (spans, open, closed) => ({ type: 'schedule', time_zone: 'America/Chicago', hours: { sat: spans, sun: spans }, next: { open, closed } });
const STEPS = {
  by_day: hours(['09:00-17:00'], 'day', 'by_night'),
  by_night: hours(['01:30-02:30'], 'night', 'closed'),
  day: branch('day'), night: branch('night'), closed: branch('closed'),
};

/**
 * Instants, what the clock on Chicago's wall shows, and the branch of the flow that a call then takes: edge-core's table of opening
 * hours has the others. They are in order, as no clock goes back, and later than the worker's compatibility date, before which
 * workerd does not start.
 */
const CALLS = [
  ['2027-03-13T15:00:30Z', '09:00 CST', 'day'],
  ['2027-03-14T14:00:30Z', '09:00 CDT', 'day'],
  ['2027-11-07T06:30:30Z', '01:30 CDT', 'night'],
  ['2027-11-07T07:00:30Z', '01:00 CST', 'closed'],
];
const [[FIRST]] = CALLS;

needing('hours when the clocks are changed', !CAN_MOVE_CLOCK && 'workerd’s clock can be moved on Linux alone', () => {
  let flows;
  before(async () => {
    flows = await startFlows({ clock: new Date(FIRST) });
    await flows.publish(STEPS);
  });
  after(() => flows?.close());

  for (const [instant, wall, expected] of CALLS) {
    test(`${wall} on ${instant.slice(0, 10)}`, async () => {
      assert.equal(onTheWall(instant), wall, 'JavaScript’s own time zones say the same');
      flows.world.clock.moveTo(new Date(instant));
      const { record } = await flows.call();
      const late = Date.parse(record.start_time) - Date.parse(instant);
      assert.ok(late > -2_000 && late < PROMPT_MS, `at ${instant} workerd took a call for one of ${record.start_time}`);
      assert.deepEqual(record.tags, [expected]);
    });
  }
});

function onTheWall(instant) {
  const form = new Intl.DateTimeFormat('en-US', { timeZone: 'America/Chicago', hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZoneName: 'short' });
  return form.format(new Date(instant));
}
