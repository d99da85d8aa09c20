package io.scopeguard.spring.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.context.PropertyMapping;

/**
 * Replaces the application's identity provider in a {@code @SpringBootTest}: tokens come from {@link TestAccessToken}, live
 * permissions from {@link TestPermissions}. The provider that the application's properties configure is not contacted. Included in
 * {@code @WebMvcTest}.
 *
 * @since 0.1
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Documented
@ImportAutoConfiguration(TestIdentityProviderAutoConfiguration.class)
@PropertyMapping("scope-guard.test")
public @interface AutoConfigureTestIdentityProvider {

    /** Whether the provider is replaced. */
    boolean replace() default true;
}
