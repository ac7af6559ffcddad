/** Where the gateway of this page is. */

import { gatewayBase } from "../stream/gateway_urls";

export const BASE = gatewayBase(import.meta.env.VITE_BACKEND_URL, location.href);
