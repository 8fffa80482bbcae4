import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import software.amazon.dynamodb.services.local.main.ServerRunner;
import software.amazon.dynamodb.services.local.server.DynamoDBProxyServer;

/** DynamoDB Local, bound to the loopback interface: by itself it listens on every interface and has no option for it. */
class LoopbackDynamoDb {
  public static void main(String[] args) throws Exception {
    var database = ServerRunner.createServerFromCommandLineArgs(args);
    var field = DynamoDBProxyServer.class.getDeclaredField("server");
    field.setAccessible(true);
    for (var connector : ((Server) field.get(database)).getConnectors()) ((ServerConnector) connector).setHost("127.0.0.1");
    database.safeStart();
    database.join();
  }
}
