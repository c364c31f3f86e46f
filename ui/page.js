// The page's program: every module is reached from here. What Gradio's components and events call stands under `window`.
import {within} from './canvas/about.js';
import {mount_easel} from './canvas/canvas.js';
import {set_edge} from './canvas/edge.js';
import {lay_out, read_margins} from './canvas/frame.js';
import {mask} from './canvas/mask.js';
import {take} from './canvas/picture.js';
import './endpoints/list_of_endpoints.js';
import {copy, pasted} from './events/clipboard.js';
import {write, write_prompt} from './events/fields.js';
import {open_tab} from './events/mode.js';
import {choose_backend, look, mount_news, mount_signals, open, refresh, see, start, tell, typed_values} from './events/page_events.js';
import {mount_batch} from './experiments/batch.js';
import './experiments/overlay.js';
import {begin, filled, way_taken} from './form/answers.js';
import {mount_kept_parts} from './form/kept_parts.js';
import {mount_token_line} from './form/token_line.js';
import {mount_variables} from './form/variables.js';
import {mount_appearance} from './head/appearance.js';
import './head/backend_switch.js';
import './head/fetching.js';
import {mount_language} from './head/languages.js';
import {mount_models} from './head/model_list.js';
import {mount_state} from './head/state.js';
import './history/book.js';
import './history/grid.js';
import {mount_found, mount_shelf} from './history/leaves.js';
import {mount_search} from './history/search.js';
import {mount_trash} from './history/trash.js';
import {mount_loras} from './inputs/loras.js';
import {mount_panel} from './inputs/panel.js';
import {mount_inspector} from './layout/inspector.js';
import {mount_notify} from './layout/notify.js';
import {mount_rail} from './layout/rail.js';
import './layout/wall.js';
import {mount_recoverable} from './layout/recovering.js';
import {copy_form_link, mount_form_link} from './library/form_link.js';
import {mount_dropzone} from './library/from_file.js';
import {choose_mode} from './modes/choosing.js';
import './modes/dragging.js';
import {mount_control_map} from './modes/controlnet.js';
import {mount_queue, mount_until} from './queue/queue.js';
import {mount_result_link} from './runs/result_link.js';
import {mount_sheet} from './runs/sheets/sheet.js';
import {mount_together} from './together/together.js';
import {lay_lightbox, open_picture} from './viewing/lightbox.js';
import './viewing/marks.js';
import './viewing/stage.js';
import {lay_help} from './wiring/shortcuts.js';

// Called once Gradio has begun, whose page these sheets stand in.
function lay_sheets() { lay_lightbox(); lay_help(); }

window.playground = {
  begin, choose_backend, choose_mode, copy, copy_form_link, filled, lay_sheets, open_picture, open_tab, pasted, way_taken,
  write, write_prompt,
};
window.playground_form = {look, tell, open, start, typed: typed_values, refresh, seen: see};
window.playground_easel = {mask, lay_out, read_margins, take: file => take(file), within, edge: set_edge};
// A component of Gradio's HTML calls the one of its name, with what Gradio gives to a script of it.
window.playground_areas = {
  appearance: mount_appearance, batch: mount_batch, control_map: mount_control_map, dropzone: mount_dropzone, easel: mount_easel, form_link: mount_form_link, found: mount_found,
  inspector: mount_inspector, kept_parts: mount_kept_parts, language: mount_language, loras: mount_loras, models: mount_models, news: mount_news, notify: mount_notify, panel: mount_panel, queue: mount_queue, rail: mount_rail,
  recoverable: mount_recoverable, result_link: mount_result_link, search: mount_search, sheet: mount_sheet, shelf: mount_shelf, signals: mount_signals,
  state: mount_state, together: mount_together, tokens: mount_token_line, trash: mount_trash, until: mount_until, variables: mount_variables,
};
