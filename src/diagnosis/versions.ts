import type { Finding } from '../core/findings.ts';
import { isVersion, vercmp } from '../core/vercmp.ts';
import type { Component, ComponentVersion } from './daemon-facts.ts';
import { KNOWN_FAULTS, type KnownFault } from './versions-table.ts';

/** Faults that a version is known to have; none for what is no version, nor for builds between releases (0.0.0-20240101). */
export function knownFaults({ component, version }: ComponentVersion): readonly KnownFault[] {
  const own = upstreamVersion(version);
  if (!isVersion(own) || /^v?0\.0\.0\b/.test(own)) return [];
  return KNOWN_FAULTS.filter(
    (fault) =>
      fault.component === component &&
      (fault.only?.test(version) ?? true) &&
      fault.affected.some(
        ({ from, below }) =>
          (from === undefined || vercmp(own, from) >= 0) && (below === undefined || vercmp(own, below) < 0),
      ),
  );
}

/**
 * What upstream calls it: without what Debian adds to a repacked source (1.6.20~ds1), which would sort before the release it is.
 * Marks of upstream itself (~rc1, -rc1) stay.
 */
export function upstreamVersion(version: string): string {
  return version.replace(/~(?:ds|dfsg|deb|debian|ubuntu|cs)[\d.]*.*$/i, '');
}

const NAMES: Readonly<Record<Component, string>> = {
  dockerd: 'Docker',
  containerd: 'containerd',
  runc: 'runc',
  kernel: 'Linux',
  kubelet: 'kubelet',
};

/** One finding for each fault that a version of this host is known to have, whether it shows by now or not. */
export function versionFindings(versions: readonly ComponentVersion[]): readonly Finding[] {
  const distinct = new Map(versions.map((each) => [`${each.component} ${each.version}`, each]));
  return [...distinct.values()].flatMap((each) =>
    knownFaults(each).map((fault) => ({
      id: `version:${fault.id}`,
      kind: 'health' as const,
      severity: fault.severity,
      title: `${NAMES[each.component]} ${each.version} has a known fault: ${fault.fault}`,
      cause: `${NAMES[each.component]} before ${fault.mended}: ${fault.fault}`,
      remedy: `Upgrade ${NAMES[each.component]} to ${fault.mended}; look first whether this build of your distribution has the fix.`,
      evidence: [`version: ${each.version}`, `mended in: ${fault.mended}`, `source: ${fault.source}`],
      ...(fault.avoid === undefined ? {} : { avoid: [fault.avoid] }),
      ...(fault.playbook === undefined ? {} : { playbook: fault.playbook }),
      data: { component: each.component, version: each.version, fault: fault.id, mended: fault.mended },
    })),
  );
}
