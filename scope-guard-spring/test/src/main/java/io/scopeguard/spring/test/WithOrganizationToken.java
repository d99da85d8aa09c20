package io.scopeguard.spring.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.core.annotation.AliasFor;
import org.springframework.security.test.context.support.TestExecutionEvent;
import org.springframework.security.test.context.support.WithSecurityContext;

/**
 * Authenticates a test, or all tests of a class, with an organization token. It applies to requests of MockMvc and to calls of
 * methods that require scopes.
 *
 * <pre>{@code
 * @Test
 * @WithOrganizationToken(organization = "acme", scopes = "read:report")
 * void memberReadsReports() { … }
 * }</pre>
 *
 * @since 0.1
 */
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Documented
@WithSecurityContext(factory = OrganizationTokenSecurityContextFactory.class)
public @interface WithOrganizationToken {

    /** The organization that the token is for. */
    String organization();

    /** The scopes that the token carries. */
    String[] scopes() default {};

    /** The names of the roles that the token carries. If empty, the token has no claim for roles. */
    String[] roles() default {};

    /** The user of the token. */
    String user() default TestAccessToken.DEFAULT_USER;

    /** The client that the token was issued to. */
    String client() default TestAccessToken.DEFAULT_CLIENT;

    /** The moment at which the test is authenticated. */
    @AliasFor(annotation = WithSecurityContext.class)
    TestExecutionEvent setupBefore() default TestExecutionEvent.TEST_METHOD;
}
