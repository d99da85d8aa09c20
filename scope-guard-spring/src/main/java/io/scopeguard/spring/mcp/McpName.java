package io.scopeguard.spring.mcp;

import io.scopeguard.spring.mcp.McpOperation.Kind;
import java.util.Locale;

/** The name of something that a server offers; for resources, its URI or template. */
record McpName(Kind kind, String name) {

    @Override
    public String toString() {
        return kind.name().toLowerCase(Locale.ROOT) + " '" + name + "'";
    }
}
