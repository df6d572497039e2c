import type { Json, JsonObject } from '../core/json.ts';
import type { Component, ComponentVersion } from './daemon-facts.ts';

/** Names in the list of components of /version (Docker 18.06 and later); earlier ones tell only their own version. */
const COMPONENTS: Readonly<Record<string, Component>> = { Engine: 'dockerd', containerd: 'containerd', runc: 'runc' };

/** Versions of dockerd, containerd and runc from the body of /version; empty for what is no JSON. */
export function readEngineVersions(body: string): readonly ComponentVersion[] {
  const all = objectOf(body);
  const own = textAt(all, 'Version');
  const list = all?.Components;
  const told = (Array.isArray(list) ? (list as readonly Json[]) : []).flatMap((each) => {
    const component = COMPONENTS[textAt(asObject(each), 'Name')];
    const version = textAt(asObject(each), 'Version');
    return component === undefined || version === '' ? [] : [{ component, version }];
  });
  const known = told.some(({ component }) => component === 'dockerd');
  return known || own === '' ? told : [{ component: 'dockerd', version: own }, ...told];
}

/** Number of running containers from the body of /info; undefined if it is not told. */
export function readEngineInfo(body: string): number | undefined {
  const running = objectOf(body)?.ContainersRunning;
  return typeof running === 'number' ? running : undefined;
}

function objectOf(text: string): JsonObject | undefined {
  try {
    return asObject(JSON.parse(text) as Json);
  } catch {
    return undefined;
  }
}

function asObject(value: Json | undefined): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

function textAt(value: JsonObject | undefined, key: string): string {
  const found = value?.[key];
  return typeof found === 'string' ? found : '';
}
