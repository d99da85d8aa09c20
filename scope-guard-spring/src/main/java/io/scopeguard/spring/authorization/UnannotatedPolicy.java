package io.scopeguard.spring.authorization;

import io.scopeguard.annotation.Internal;
import io.scopeguard.spring.InvalidSettingException;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * The policy for handlers without a declaration, and the handlers that properties open by name because they cannot be annotated.
 * Immutable.
 *
 * @hidden
 */
@Internal
public final class UnannotatedPolicy {

    /** The property that opens by name. */
    public static final String OPEN_PROPERTY = "scope-guard.open";

    private static final String STATIC = "static";
    private static final String ACTUATOR = "actuator:";
    private static final String SERVLET = "servlet:";
    private static final String HEALTH = "health";
    private static final String OPENAPI = "openapi";

    private final boolean closed;
    private final Set<String> open;

    /**
     * @param closed whether handlers without a declaration are closed, instead of open to any valid token
     * @param open names: {@code static}, {@code openapi}, {@code actuator:} with the id of an endpoint, {@code servlet:} with a
     *     servlet's name
     * @throws InvalidSettingException if a name is none of these
     */
    public UnannotatedPolicy(boolean closed, Collection<String> open) {
        this.closed = closed;
        this.open = Set.copyOf(open);
        this.open.forEach(UnannotatedPolicy::check);
    }

    private static void check(String name) {
        boolean known = name.equals(STATIC)
                || name.equals(OPENAPI)
                || List.of(ACTUATOR, SERVLET).stream()
                        .anyMatch(kind -> name.startsWith(kind) && name.length() > kind.length());
        if (!known) {
            throw new InvalidSettingException(
                    OPEN_PROPERTY,
                    "contains '" + name + "', which does not name anything that can be opened",
                    "Use static, openapi, actuator:<id of an endpoint> or servlet:<name of a servlet>. Annotate handlers of"
                            + " your own with @PublicEndpoint.");
        }
    }

    /** Whether handlers without a declaration are closed. */
    public boolean isClosed() {
        return closed;
    }

    boolean opensStaticContent() {
        return open.contains(STATIC);
    }

    /** Whether the handlers of a class are open: those of springdoc, which serve the OpenAPI document. */
    boolean opensHandlersOf(Class<?> type) {
        return open.contains(OPENAPI) && type.getName().startsWith("org.springdoc.");
    }

    boolean opensServlet(String name) {
        return OwnServlets.contain(name) || open.contains(SERVLET + name);
    }

    /** Probes bring no token, so the health endpoint is open. */
    boolean opensEndpoint(String id) {
        return open.contains(ACTUATOR + id) || id.equals(HEALTH);
    }

    /** Whether the health endpoint is only open because probes need it, and shows nothing but the status. */
    public boolean showsHealthStatusOnly() {
        return closed && !open.contains(ACTUATOR + HEALTH);
    }
}
