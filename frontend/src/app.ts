/** What every page loads: the look, htmx and the islands. */

import "./styles/app.css";
import "./islands/desk/insert-list/insert-list";
import "./islands/desk/reply-box/reply-box";
import "./islands/desk/ticket-list/ticket-list";
import "./islands/ui/clock-chip/clock-chip";
import "./islands/ui/command-palette/command-palette";
import "./islands/ui/draft-keeper/draft-keeper";
import "./islands/ui/file-drop/file-drop";
import "./islands/ui/live-region/live-region";
import "./islands/ui/open-tabs/open-tabs";
import "./islands/ui/presence-list/presence-list";
import "./islands/ui/search-box/search-box";
import "./islands/ui/seen-thing/seen-thing";
import "./islands/ui/suggest-box/suggest-box";
import "./islands/ui/undo-toast/undo-toast";
import { watchKeys } from "./islands/ui/key-help/key-help";
import { stayPrivate } from "./lib/here";
import { teachManners } from "./lib/page";
import { watchPlaces } from "./lib/places";

stayPrivate();
teachManners();
watchKeys();
watchPlaces();
