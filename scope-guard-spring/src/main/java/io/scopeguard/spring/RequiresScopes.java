package io.scopeguard.spring;

import io.scopeguard.scope.ScopeRequirement.Match;
import io.scopeguard.scope.WhenUnknown;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The scopes that a handler or another method of a bean requires: on a method, or on a class for all of its methods without their
 * own annotation. Can be used as a meta-annotation.
 *
 * <p>On a web handler, the path (or a header) of the request names the organization. The decision is made before the handler's
 * arguments are bound and before the body is read:
 *
 * <pre>
 * &#64;GetMapping("/organizations/{organizationId}/reports")
 * &#64;RequiresScopes("read:report")
 * List&lt;Report&gt; reports(&#64;PathVariable String organizationId) { ... }
 * </pre>
 *
 * <p>On any other method of a bean (a service, a GraphQL or messaging controller, a method that a router function calls),
 * method security decides when the method is called through the bean's proxy:
 *
 * <pre>
 * &#64;RequiresScopes(value = "delete:report", organization = "#organizationId")
 * void wipe(String organizationId) { ... }
 * </pre>
 *
 * <p>A call from within the same object does not pass the proxy and is not checked. Start-up fails if neither the web guard
 * nor method security can enforce the annotation.
 *
 * @since 0.1
 */
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Documented
public @interface RequiresScopes {

    /** At least one scope, compared exactly. */
    String[] value();

    /** Whether all of the scopes are needed, or one of them is enough. */
    Match match() default Match.ALL;

    /**
     * The audience of the scopes: {@code organization}, or one of {@code scope-guard.resources}; {@code
     * scope-guard.default-audience} if empty. Placeholders are resolved.
     */
    String audience() default "";

    /**
     * The maximum age of the live permissions, such as {@code 10s}, in seconds without a unit; {@code 0s} reads them now. A strict
     * limit. If empty, {@code scope-guard.permissions.max-age} applies, beyond which stale permissions may be used for a while.
     */
    String maxAge() default "";

    /**
     * The policy for unknown live permissions. At most one value; if empty, {@code scope-guard.permissions.when-unknown} applies.
     */
    WhenUnknown[] whenUnknown() default {};

    /**
     * For methods that are not web handlers: a SpEL expression that names the organization, such as {@code "#organizationId"}
     * or {@code "#command.organizationId"}. It sees the arguments by their names, and the organization that the web guard
     * verified for the current request as {@code requestOrganization}; it can call their methods, but no other types and no
     * beans. If the result is {@code null} or blank, or the evaluation fails, access is denied.
     */
    String organization() default "";

    /** The source of the organization, unless {@link #organization} is set. */
    OrganizationSource organizationFrom() default OrganizationSource.REQUEST;
}
