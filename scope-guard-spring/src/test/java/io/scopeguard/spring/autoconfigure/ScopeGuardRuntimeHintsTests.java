package io.scopeguard.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.redis.RedisRuntimeHints;
import io.scopeguard.spring.PublicEndpoint;
import io.scopeguard.spring.RequiresRole;
import io.scopeguard.spring.RequiresScopes;
import jakarta.servlet.http.HttpServletMapping;
import jakarta.servlet.http.HttpServletRequest;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.TypeReference;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.web.servlet.DispatcherServlet;

/** Each hint for native images, and the configurations that register it. */
class ScopeGuardRuntimeHintsTests {

    static Stream<Arguments> hints() {
        return Stream.of(
                Arguments.of(
                        "proxy of @RequiresScopes",
                        RuntimeHintsPredicates.proxies().forInterfaces(RequiresScopes.class)),
                Arguments.of(
                        "proxy of @RequiresRole",
                        RuntimeHintsPredicates.proxies().forInterfaces(RequiresRole.class)),
                Arguments.of(
                        "proxy of @PublicEndpoint",
                        RuntimeHintsPredicates.proxies().forInterfaces(PublicEndpoint.class)),
                Arguments.of(
                        "sample request", RuntimeHintsPredicates.proxies().forInterfaces(HttpServletRequest.class)),
                Arguments.of("its mapping", RuntimeHintsPredicates.proxies().forInterfaces(HttpServletMapping.class)),
                Arguments.of(
                        "fields of the servlet",
                        RuntimeHintsPredicates.reflection()
                                .onType(DispatcherServlet.class)
                                .withMemberCategory(MemberCategory.ACCESS_DECLARED_FIELDS)),
                Arguments.of("metadata", RuntimeHintsPredicates.resource().forResource(UnknownProperties.METADATA)),
                Arguments.of(
                        "version",
                        RuntimeHintsPredicates.resource()
                                .forResource("io/scopeguard/provider/http/library.properties")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("hints")
    void guardThenHas(String name, Predicate<RuntimeHints> hint) {
        RuntimeHints hints = new RuntimeHints();
        new ScopeGuardRuntimeHints().registerHints(hints, getClass().getClassLoader());
        assertThat(hints).matches(hint);
    }

    @Test
    void libraryThatIsThereThenFoundByItsName() {
        RuntimeHints hints = new RuntimeHints();
        new ScopeGuardRuntimeHints().registerHints(hints, getClass().getClassLoader());
        assertThat(hints.reflection().typeHints())
                .extracting(hint -> hint.getType().getName())
                .contains("jakarta.websocket.server.ServerEndpoint");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "io.scopeguard.provider.Answer",
                "io.scopeguard.provider.Membership",
                "io.scopeguard.provider.Account",
                "io.scopeguard.provider.Page",
                "io.scopeguard.provider.Member",
                "io.scopeguard.provider.Holder",
                "io.scopeguard.provider.RoleDefinition",
                "io.scopeguard.provider.RoleScopes",
                "io.scopeguard.provider.ScopeCatalogue.Sighting",
                "io.scopeguard.permission.fact.FactHistory",
                "io.scopeguard.redis.ChangeEntry",
                "io.scopeguard.redis.SharedAsks.Entry"
            })
    void replicasThenBindWhatTheyShare(String type) {
        RuntimeHints hints = new RuntimeHints();
        new RedisRuntimeHints().registerHints(hints, getClass().getClassLoader());
        assertThat(hints)
                .matches(RuntimeHintsPredicates.reflection()
                        .onType(TypeReference.of(type))
                        .withMemberCategory(MemberCategory.INVOKE_DECLARED_CONSTRUCTORS));
    }

    @Test
    void autoConfigurationsThenImportThem() {
        assertThat(imported(ScopeGuardAutoConfiguration.class)).containsExactly(ScopeGuardRuntimeHints.class);
        assertThat(imported(DisabledGuardAutoConfiguration.class)).containsExactly(ScopeGuardRuntimeHints.class);
        assertThat(imported(SharingAutoConfiguration.class)).containsExactly(RedisRuntimeHints.class);
    }

    private static Class<?>[] imported(Class<?> configuration) {
        ImportRuntimeHints hints = AnnotatedElementUtils.findMergedAnnotation(configuration, ImportRuntimeHints.class);
        return hints == null ? new Class<?>[0] : hints.value();
    }
}
