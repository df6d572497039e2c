import { describe, expect, it } from 'vitest';
import { runtimeFindings } from '../../../../src/modules/dead-containers/runtime-findings.ts';
import { runtimeLeaks, suspects } from '../../../../src/mounts/runtime-leaks.ts';
import { runtimeOwners } from '../../../../src/mounts/runtime-owners.ts';
import { standingOf } from '../../../../src/mounts/runtime-standing.ts';
import { NOTHING_LEFT } from '../../../../src/programs/look-at-runtimes.ts';
import { LAYER, PWEB, runtimeFacts, runtimePicture, WEB, WEB_BIND } from '../../../support/runtime-picture.ts';

function findings(...mounts: readonly string[]) {
  const view = runtimePicture(mounts.join('\n'));
  const facts = runtimeFacts();
  const judged = suspects(runtimeOwners(view)).map((owner) => ({ owner, standing: standingOf(owner, facts) }));
  return runtimeFindings({ ...NOTHING_LEFT, facts, leaks: runtimeLeaks(view, judged, []) });
}

describe('what a scan says of other runtimes', () => {
  it('is one line an owner and holder, with what a release is to be asked for', () => {
    const found = findings(WEB, WEB_BIND, PWEB);
    expect(found.map(({ title }) => title)).toEqual([
      `a removed container of podman (layer ${LAYER.slice(0, 12)}), which is gone, is held by unit agent.service, at ${PWEB.split(' ')[4]}`,
      'container web of containerd (default), which is gone, is held by unit agent.service, at 2 places',
    ]);
    expect(found.map(({ data }) => data?.ask)).toEqual([`container=${LAYER}`, 'container=web']);
    for (const { kind, playbook, remedy } of found) {
      expect([kind, playbook]).toEqual(['leak', 'leaked-mounts.yml']);
      expect(remedy).toContain('leaked-mounts.yml with -e container=');
    }
  });

  it('asks by the device for what only a snapshot tells of, and says nothing of what lives', () => {
    expect(findings(WEB_BIND).map(({ data }) => data?.ask)).toEqual(['device=0:70']);
    expect(findings()).toEqual([]);
  });
});
