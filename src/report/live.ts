import { Listr, type ListrRenderer } from 'listr2';
import type { Clock } from '../core/clock.ts';
import type { RunEvent } from '../core/events.ts';
import type { Listener, Write } from './listener.ts';
import { Progress } from './progress.ts';
import { Screen } from './screen.ts';
import { Story, type Verbosity } from './story.ts';
import type { Style } from './style.ts';
import { renderWindow } from './window.ts';

/** The window is drawn at most ten times a second, however many events there are. */
const FRAME_MS = 100;

/** What the live view needs. `columns` is asked anew for each frame, for windows get resized. */
export interface LiveOptions {
  readonly write: Write;
  readonly columns: () => number;
  readonly style: Style;
  readonly clock: Clock;
  readonly verbosity: Verbosity;
  /** Tell problems only, whatever the rest of the view shows. */
  readonly problemsOnly?: boolean;
}

/**
 * One window over all hosts that is redrawn in place; lines that stay scroll up above it. It is one listr2 task with a
 * renderer of ours: a task a host redraws all of them with each event, which takes minutes for a thousand hosts.
 */
export function liveListener(options: LiveOptions): Listener {
  const progress = new Progress();
  const story = new Story(options.style, options.problemsOnly ? -1 : options.verbosity);
  const screen = new Screen(options.write, options.columns);
  let asking = false;
  const draw = () => {
    if (!asking) screen.draw(renderWindow(progress, options.clock.now(), options.columns(), options.style));
  };
  let finish: (() => void) | undefined;
  let running: Promise<unknown> | undefined;
  const start = () => {
    const whole = new Promise<void>((resolve) => {
      finish = resolve;
    });
    running = new Listr([{ task: () => whole }], {
      renderer: windowRenderer(draw, () => screen.clear()),
      registerSignalListeners: false,
      exitOnError: false,
    }).run();
  };
  const close = async () => {
    finish?.();
    await running;
  };
  return {
    handle(event: RunEvent) {
      progress.apply(event, options.clock.now());
      for (const line of story.lines(event)) screen.scroll(line);
      // The question stands where the window was; nothing may be drawn over it.
      if (event.kind === 'confirm-start') screen.clear();
      if (event.kind === 'confirm-start' || event.kind === 'confirm-end') asking = event.kind === 'confirm-start';
      if (event.kind === 'run-start') start();
      if (event.kind === 'run-end') finish?.();
    },
    close,
  };
}

/** A renderer in listr2's shape that calls `draw` at a steady pace while the task runs. */
function windowRenderer(draw: () => void, clear: () => void): typeof ListrRenderer {
  return class implements ListrRenderer {
    static readonly nonTTY = true;
    static readonly rendererOptions = {};
    static readonly rendererTaskOptions = {};
    #timer: NodeJS.Timeout | undefined;

    render = () => {
      draw();
      this.#timer = setInterval(draw, FRAME_MS);
    };

    end = () => {
      clearInterval(this.#timer);
      clear();
    };
  };
}
