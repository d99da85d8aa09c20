/** The server of {@code docs/mcp.md}, and a real client. */
@NullMarked
package io.scopeguard.mcp.reports;

import org.jspecify.annotations.NullMarked;
