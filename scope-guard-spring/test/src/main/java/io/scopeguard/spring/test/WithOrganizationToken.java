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
 * Authenticates a test, or all tests of a class, by an organization token. Requests of MockMvc and calls of methods that require
 * scopes are made with it.
 *
 * <pre>{@code
 * @Test
 * @WithOrganizationToken(organization = "acme", scopes = "read:report")
 * void memberReadsReports() { … }
 * }</pre>
 */
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Documented
@WithSecurityContext(factory = OrganizationTokenSecurityContextFactory.class)
public @interface WithOrganizationToken {

    /** The organization that the token is for. */
    String organization();

    /** The scopes that it carries. */
    String[] scopes() default {};

    /** The names of the roles that it carries; without any, it has no claim for roles. */
    String[] roles() default {};

    /** The user. */
    String user() default TestAccessToken.DEFAULT_USER;

    /** The client that the token was issued to. */
    String client() default TestAccessToken.DEFAULT_CLIENT;

    /** When the test is authenticated. */
    @AliasFor(annotation = WithSecurityContext.class)
    TestExecutionEvent setupBefore() default TestExecutionEvent.TEST_METHOD;
}
