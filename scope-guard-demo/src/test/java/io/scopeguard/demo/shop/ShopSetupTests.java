package io.scopeguard.demo.shop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.scopeguard.logtobox.LogtoBox;
import java.net.URI;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Errors in the shop's configuration have a code and a fix. */
class ShopSetupTests {

    private static final String RESOURCE = "https://default.logto.app/api";
    private static final Order PAID = new Order("bob", "paid-tier", null);

    private static LogtoBox box;

    @BeforeAll
    static void start() {
        box = LogtoBox.builder().address("127.0.0.1").port(0).start();
    }

    @AfterAll
    static void stop() {
        box.close();
    }

    @ParameterizedTest
    @CsvSource({
        "demo-shop,  wrong,             credentials-refused,      demo.shop.app-secret",
        "unknown,    secret,            credentials-refused,      demo.shop.app-id",
        "demo-agent, demo-agent-secret, missing-management-scope, Logto Management API access"
    })
    void sellWhenThePermissionIsMissingThenNamesIt(String app, String secret, String code, String fix) {
        assertFailure(new Shop(new ManagementClient(box.endpoint(), RESOURCE, app, secret)), PAID, code, fix);
    }

    @Test
    void sellWhenTheProviderDoesNotRespondThenUnreachable() {
        Shop shop = new Shop(new ManagementClient(URI.create("http://127.0.0.1:1"), RESOURCE, "a", "b"));

        assertFailure(shop, PAID, "provider-unreachable", "Try again later");
    }

    @Test
    void idsByNameWhenTheProviderRefusesThenNamesTheCall() {
        ManagementClient.Session session =
                new ManagementClient(box.endpoint(), RESOURCE, "demo-shop", "demo-shop-secret").open();

        assertThatExceptionOfType(ShopException.class)
                .isThrownBy(() -> session.idsByName("/nothing", "any"))
                .withMessageContaining("GET /nothing with status 404")
                .satisfies(failure -> assertThat(failure.code()).isEqualTo("provider-refused"));
    }

    @Test
    void sellWhenTheRoleDoesNotExistThenSaysWhich() {
        Shop shop = new Shop(new ManagementClient(box.endpoint(), RESOURCE, "demo-shop", "demo-shop-secret"));
        try (LogtoBox other = LogtoBox.builder().address("127.0.0.1").port(0).start()) {
            other.directory().deleteRole("paid-tier");
            Shop without = new Shop(new ManagementClient(other.endpoint(), RESOURCE, "demo-shop", "demo-shop-secret"));

            assertFailure(without, PAID, "unknown-role", "'paid-tier'");
        }
        shop.sell(PAID);
        assertThat(box.directory().principalRoles().of("bob")).contains("paid-tier");
        shop.refund(PAID);
        assertThat(box.directory().principalRoles().of("bob")).isEmpty();
    }

    private static void assertFailure(Shop shop, Order order, String code, String fix) {
        assertThatExceptionOfType(ShopException.class)
                .isThrownBy(() -> shop.sell(order))
                .withMessageContaining(fix)
                .satisfies(failure -> assertThat(failure.code()).isEqualTo(code));
    }
}
